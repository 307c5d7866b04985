import { setTimeout as sleep } from 'node:timers/promises';
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import process from 'node:process';

export interface ChildOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly logFile: string;
  /** Run as this user; only root can. */
  readonly uid?: number;
  readonly gid?: number;
  /** The signal that ends it cleanly. */
  readonly stopSignal?: NodeJS.Signals;
}

/** A child process in a process group of its own, which ends with its parent however that ends. */
export interface Child {
  readonly pid: number;
  readonly running: () => boolean;
  readonly exited: Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Clean end, or SIGKILL after the grace; leaves nothing of the group. */
  stop(): Promise<void>;
  /** The end of its log, for error messages. */
  logTail(): Promise<string>;
}

const GRACE_MS = 10_000;

/**
 * `kill -9` of the parent runs no handler. So the shell that becomes the child first leaves a watcher behind in the same group, which
 * looks every second whether the parent is still there and else ends the group. A child of another user may not signal the parent, not even with 0: hence the
 * second look.
 */
const WATCHED =
  '( while kill -0 "$FTM_WATCHED_PARENT" 2>/dev/null || [ -d "/proc/$FTM_WATCHED_PARENT" ]; do sleep 1; done; kill -KILL -$$ ) </dev/null >/dev/null 2>&1 & exec "$@"';

export function startChild(options: ChildOptions): Child {
  const log = openSync(options.logFile, 'a');
  const child = spawn('/bin/sh', ['-c', WATCHED, options.name, options.command, ...options.args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env, FTM_WATCHED_PARENT: String(process.pid) },
    stdio: ['ignore', log, log],
    detached: true,
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  closeSync(log);
  const pid = child.pid ?? -1;
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid,
    running,
    exited,
    kill: (signal) => void child.kill(signal),
    async stop() {
      if (running()) {
        child.kill('SIGCONT');
        child.kill(options.stopSignal ?? 'SIGTERM');
        const late = setTimeout(() => killGroup(child), GRACE_MS);
        await exited;
        clearTimeout(late);
      }
      killGroup(child);
      await exited;
    },
    logTail: () =>
      readFile(options.logFile, 'utf8').then(
        (text) => text.slice(-2000),
        () => '',
      ),
  };
}

/** Waits until `probe` gives true. @throws Error with the end of the child's log when it ends first or takes too long */
export async function untilReady(
  name: string,
  child: Child,
  probe: () => Promise<boolean>,
  timeoutMs = 90_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (!child.running()) throw new Error(`${name} ended before it was ready:\n${await child.logTail()}`);
    if (await probe().catch(() => false)) return;
    if (Date.now() > deadline)
      throw new Error(`${name} is not ready after ${timeoutMs / 1000} s:\n${await child.logTail()}`);
    await sleep(100);
  }
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group has gone already.
  }
}
