import process from 'node:process';
import type { Logger } from './logger.ts';

export interface Shutdown {
  /** Registers what must be closed; closed in reverse order. */
  add(name: string, close: () => unknown): void;
  run(reason: string, code?: number): Promise<never>;
}

const DEADLINE_MS = 10_000;

/** SIGTERM and SIGINT close everything in reverse order; a second signal, or the deadline, ends the process at once. */
export function createShutdown(logger: Logger): Shutdown {
  const closers: { readonly name: string; readonly close: () => unknown }[] = [];
  let running = false;
  const shutdown: Shutdown = {
    add: (name, close) => void closers.push({ name, close }),
    async run(reason, code = 0) {
      if (running) process.exit(code === 0 ? 1 : code);
      running = true;
      logger.info('stopping', { reason });
      setTimeout(() => {
        logger.error('stopping took too long', { deadlineMs: DEADLINE_MS });
        process.exit(1);
      }, DEADLINE_MS).unref();
      for (const { name, close } of closers.reverse()) {
        try {
          await close();
        } catch (error) {
          logger.error('could not close', { name, error });
        }
      }
      logger.info('stopped');
      process.exit(code);
    },
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void shutdown.run(signal));
  process.on('unhandledRejection', (error) => {
    logger.error('unhandled rejection', { error });
    void shutdown.run('unhandled rejection', 1);
  });
  return shutdown;
}
