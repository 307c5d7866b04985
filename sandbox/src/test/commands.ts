import { spawn, type ChildProcess } from 'node:child_process';
import process from 'node:process';

export interface Commands {
  /**
   * Resolves when it has ended, with the end of what it said, unless that was shown as it came. After `killAll` nothing
   * is started any more: it has failed then, and says nothing.
   */
  run(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    show: boolean,
  ): Promise<{ readonly code: number; readonly output: string }>;
  /** Those that run, with all that they have started; and whoever comes late. */
  killAll(): void;
}

/** As a shell says it of what was interrupted. */
const KILLED = 130;
const KEPT_CHARACTERS = 100_000;

export function createCommands(): Commands {
  const running = new Set<ChildProcess>();
  let isOver = false;
  return {
    run(command, args, env, show) {
      if (isOver) return Promise.resolve({ code: KILLED, output: '' });
      return new Promise((resolve, reject) => {
        const child = spawn(command, args, {
          env: { ...process.env, ...env },
          stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
          detached: true,
        });
        running.add(child);
        let output = '';
        const collect = (chunk: Buffer): void => {
          output = (output + chunk.toString('utf8')).slice(-KEPT_CHARACTERS);
        };
        child.stdout?.on('data', collect);
        child.stderr?.on('data', collect);
        child.on('error', reject);
        child.on('close', (code) => {
          running.delete(child);
          resolve({ code: code ?? 1, output });
        });
      });
    },
    killAll() {
      isOver = true;
      for (const child of running) killGroup(child);
    },
  };
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  } catch {
    // It has already gone.
  }
}
