import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

export interface Measured {
  readonly seconds: number;
  /** Of all its threads, as far as it was seen. */
  readonly cpuSeconds: number;
  /** Highest resident memory that was seen. */
  readonly peakMb: number;
  readonly stdout: string;
}

const ROOT = join(import.meta.dirname, '../..');
const LOOK_EVERY_MS = 100;

/** A program of the repository in a process of its own. */
export function start(entry: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const began = performance.now();
  const child = spawn(
    process.execPath,
    ['--conditions=ftm-source', '--no-warnings', '--import', 'tsx', join(ROOT, entry), ...args],
    { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let [stdout, stderr, peakMb, cpuSeconds] = ['', '', 0, 0];
  child.stdout.on('data', (chunk: Buffer) => (stdout = (stdout + chunk.toString('utf8')).slice(-10_000)));
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-10_000)));
  const look = (): void => {
    peakMb = Math.max(peakMb, peakOf(child.pid));
    cpuSeconds = Math.max(cpuSeconds, cpuOf(child.pid));
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  const closed = once(child, 'close').then(() => {
    clearInterval(timer);
    return { seconds: (performance.now() - began) / 1000, cpuSeconds, peakMb, stdout };
  });
  return {
    /** So far. */
    cpuSeconds(): number {
      look();
      return cpuSeconds;
    },
    /** @throws Error with what the program said when it did not end well */
    async ended(): Promise<Measured> {
      const measured = await closed;
      if (child.exitCode !== 0)
        throw new Error(`${entry} ${args.join(' ')} ended with ${child.exitCode}: ${stderr || stdout}`);
      return measured;
    },
    async stop(): Promise<Measured> {
      child.kill('SIGTERM');
      return closed;
    },
  };
}

/** Linux keeps the highest mark itself; elsewhere there is no such figure. */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

const TICKS_A_SECOND = 100;

/**
 * Of Linux as well: user and system time are the 14th and 15th field, and the name before them may have blanks in it.
 */
function cpuOf(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  } catch {
    return 0;
  }
}
