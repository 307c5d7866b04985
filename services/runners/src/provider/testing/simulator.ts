import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

/** The provider's simulator as a process of its own; by path, because services do not import the sandbox. */
export interface Simulator {
  readonly url: string;
  readonly baseUrl: string;
  /** A request to the admin side; the parsed body, undefined for none. */
  admin(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
  /** Ends the process, and starts another over the same data and port. */
  down(): Promise<void>;
  up(): Promise<void>;
  dispose(): Promise<void>;
}

export async function startSimulator(
  keys: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Simulator> {
  const dir = await mkdtemp(join(tmpdir(), 'ftm-simulator-'));
  const launch = async (port: string) => {
    const main = join(import.meta.dirname, '../../../../../sandbox/dist/provider/main.js');
    const child = spawn(process.execPath, [main], {
      env: { ...process.env, API_KEY: keys.join(','), DATA_DIR: dir, PORT: port, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      once(child, 'exit').then(() => {
        throw new Error('the simulator ended before it was ready');
      }),
    ])) as [string];
    return { child, port: (JSON.parse(line) as { port: number }).port };
  };
  let { child, port } = await launch('0');
  const down = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    baseUrl: `${url}/v1`,
    async admin(method, path, body) {
      const answer = await fetch(`${url}/admin${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} /admin${path}: ${answer.status} ${text}`);
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    },
    down,
    async up() {
      ({ child, port } = await launch(String(port)));
    },
    async dispose() {
      await down();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
