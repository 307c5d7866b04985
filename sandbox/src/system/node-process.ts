import { setTimeout as sleep } from 'node:timers/promises';
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import process from 'node:process';

export interface NodeProcessOptions {
  /** Compiled entry point, from the root of the repository. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly readyUrl: string;
}

/** A service as a process of its own, run from `dist` as in production. */
export interface NodeProcess {
  readonly name: string;
  readonly logFile: string;
  pid(): number;
  /**
   * @returns seconds of processor time that it has taken so far, null where the system does not say
   * @throws Error with the end of its log when it ends or is not ready in time
   */
  ready(timeoutMs?: number): Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
  readonly exited: () => Promise<number | null>;
  /** Starts it again with the same environment; the former process must have ended. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const ROOT = join(import.meta.dirname, '../../..');
const STOP_TIMEOUT_MS = 12_000;
const TICKS_A_SECOND = 100;

export function startNode(options: NodeProcessOptions): NodeProcess {
  const name = basename(options.logFile, '.log');
  let child = launch(options);
  return {
    name,
    logFile: options.logFile,
    pid: () => child.pid ?? -1,
    async ready(timeoutMs = 60_000) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(
            `${name} ended (${child.exitCode ?? child.signalCode}) before it was ready:\n${await tail(options.logFile)}`,
          );
        const answer = await fetch(options.readyUrl, { signal: AbortSignal.timeout(2000) }).catch(
          () => undefined,
        );
        const body = await answer?.text();
        if (answer?.ok === true) return cpuSeconds(child.pid);
        if (Date.now() > deadline)
          throw new Error(
            `${name} is not ready after ${timeoutMs} ms: ${body ?? 'no answer'}\n${await tail(options.logFile)}`,
          );
        await sleep(100);
      }
    },
    kill: (signal) => {
      child.kill(signal);
    },
    exited: () => exitOf(child),
    async restart() {
      await exitOf(child);
      child = launch(options);
      await this.ready();
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      // A frozen process does not see SIGTERM.
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exitOf(child);
      clearTimeout(late);
    },
  };
}

function launch({ entry, env, logFile }: NodeProcessOptions): ChildProcess {
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [entry], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.on('error', () => undefined);
  return child;
}

function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

/** User and system time are the 14th and 15th field of what Linux tells, and the name before them may have blanks in it. */
function cpuSeconds(pid: number | undefined): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  } catch {
    return null;
  }
}

async function tail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.slice(-3000);
}
