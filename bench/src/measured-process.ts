import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

export interface Measured {
  readonly seconds: number;
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
  let [stdout, stderr, peakMb] = ['', '', 0];
  child.stdout.on('data', (chunk: Buffer) => (stdout = (stdout + chunk.toString('utf8')).slice(-10_000)));
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString('utf8')).slice(-10_000)));
  const timer = setInterval(() => (peakMb = Math.max(peakMb, peakOf(child.pid))), LOOK_EVERY_MS);
  const closed = once(child, 'close').then(() => {
    clearInterval(timer);
    return { seconds: (performance.now() - began) / 1000, peakMb, stdout };
  });
  return {
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
