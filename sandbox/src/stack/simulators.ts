import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { startChild, untilReady } from './child.ts';
import type { PartPlan } from './part.ts';

export interface SimulatorOptions {
  readonly name: 'orchestrator' | 'provider';
  readonly dir: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
}

const ROOT = join(import.meta.dirname, '../../..');

/** One of the simulators of this repository, run from `dist`: it must have been built. */
export function simulatorPlan({ name, dir, port, env }: SimulatorOptions): PartPlan {
  const data = join(dir, name);
  const logFile = join(dir, 'logs', `${name}.log`);
  return {
    name,
    logFile,
    async prepare() {
      await mkdir(data, { recursive: true });
    },
    async start() {
      const child = startChild({
        name,
        command: process.execPath,
        args: [join(ROOT, 'sandbox/dist', name, 'main.js')],
        cwd: ROOT,
        env: { ...env, HOST: '127.0.0.1', PORT: String(port), DATA_DIR: data },
        logFile,
      });
      await untilReady(
        name,
        child,
        async () =>
          (await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2000) })).ok,
      );
      return child;
    },
  };
}
