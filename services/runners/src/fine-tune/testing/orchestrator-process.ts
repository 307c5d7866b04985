import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { createOrchestratorClient, type OrchestratorClient } from '@ftm/orchestrator/client';

/** The Orchestrator's simulator as a process of its own; by path, because services do not import the sandbox. */
export interface OrchestratorProcess {
  readonly client: OrchestratorClient;
  /** A request to the admin side; the parsed body, undefined for none. */
  admin(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
  dispose(): Promise<void>;
}

const SERVICE_KEY = 'service-key-of-a-test';

export async function startOrchestrator(): Promise<OrchestratorProcess> {
  const dir = await mkdtemp(join(tmpdir(), 'ftm-orchestrator-'));
  const main = join(import.meta.dirname, '../../../../../sandbox/dist/orchestrator/main.js');
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, PORT: '0', DATA_DIR: dir, SERVICE_KEY, S3_BUCKET: 'ftm-test' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited.then(() => {
      throw new Error('the simulator ended before it was ready');
    }),
  ])) as [string];
  const url = `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`;
  const client = createOrchestratorClient({ baseUrl: url, serviceKey: SERVICE_KEY, timeoutMs: 10_000 });
  return {
    client,
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
    async dispose() {
      client.close();
      child.kill('SIGKILL');
      await exited;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
