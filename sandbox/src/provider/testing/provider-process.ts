import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

/** The simulator as a process of its own, on a port that was free. */
export interface ProviderProcess {
  readonly baseUrl: string;
  /** A request to the admin side; the parsed body, undefined for none. */
  admin(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
  /** kill -9, and a new process over the same data and port. */
  crashAndRestart(): Promise<void>;
  /** SIGTERM. @returns the exit code */
  stop(): Promise<number | null>;
  /** Ends the process however it is, and removes the data. */
  dispose(): Promise<void>;
}

export const KEYS = ['test-key-one', 'test-key-two'] as const;

export async function startProvider(env: Readonly<Record<string, string>> = {}): Promise<ProviderProcess> {
  const dir = await mkdtemp(join(tmpdir(), 'ftm-provider-'));
  let { child, port } = await launch(dir, '0', env);
  const url = `http://127.0.0.1:${port}`;
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  };
  return {
    baseUrl: `${url}/v1`,
    async admin(method, path, body) {
      const response = await fetch(`${url}/admin${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} /admin${path}: ${response.status} ${text}`);
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    },
    async crashAndRestart() {
      await end('SIGKILL');
      ({ child, port } = await launch(dir, String(port), env));
    },
    stop: () => end('SIGTERM'),
    async dispose() {
      await end('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function launch(
  dir: string,
  port: string,
  env: Readonly<Record<string, string>>,
): Promise<{ child: ChildProcess; port: number }> {
  const main = join(import.meta.dirname, '../../../dist/provider/main.js');
  const child = spawn(process.execPath, [main], {
    cwd: join(import.meta.dirname, '../../../..'),
    env: { ...process.env, API_KEY: KEYS.join(','), DATA_DIR: dir, PORT: port, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]: unknown[]) => {
      throw new Error(`the provider ended with ${String(code)} before it was ready`);
    }),
  ])) as [string];
  return { child, port: (JSON.parse(line) as { port: number }).port };
}
