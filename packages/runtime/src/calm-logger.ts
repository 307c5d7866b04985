import type { Logger } from './logger.ts';

const EVERY_MS = 60_000;
/** Shapes of messages that are remembered; the oldest is forgotten first. */
const MAX_SHAPES = 200;

interface Said {
  readonly at: number;
  unsaid: number;
}

/**
 * For what says the same again and again while something is away, such as a Kafka client: a message is logged at once, and then once in `everyMs`, with `times`, how often it came since. Messages that
 * differ in numbers alone are the same, unless they come with another error.
 */
export function createCalmLogger(
  logger: Logger,
  everyMs: number = EVERY_MS,
  now: () => number = Date.now,
): Logger {
  const said = new Map<string, Said>();
  const calm =
    (level: keyof Logger): Logger[typeof level] =>
    (message, fields = {}) => {
      const error = fields['error'] instanceof Error ? fields['error'].message : '';
      const shape = `${level} ${message} ${error}`.replaceAll(/\d+/g, '#');
      const before = said.get(shape);
      if (before !== undefined && now() - before.at < everyMs) {
        before.unsaid += 1;
        return;
      }
      said.delete(shape);
      said.set(shape, { at: now(), unsaid: 0 });
      const [oldest] = said.keys();
      if (said.size > MAX_SHAPES && oldest !== undefined) said.delete(oldest);
      const unsaid = before?.unsaid ?? 0;
      logger[level](message, unsaid === 0 ? fields : { ...fields, times: unsaid + 1 });
    };
  return { error: calm('error'), warn: calm('warn'), info: calm('info'), debug: calm('debug') };
}
