import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';

export const TEST_SERVICE_KEY = 'service-key-of-a-test';

/** The Orchestrator's simulator as a process of its own; found by its path, because packages do not import the sandbox. */
export interface OrchestratorProcess {
  readonly url: string;
  /** What its operator orders: faults, policies, keys. @throws Error for what it does not take */
  admin(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Record<string, unknown>>;
  kill(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** @param port to come back under the same address; default any */
export async function startOrchestratorProcess(dataDir: string, port = 0): Promise<OrchestratorProcess> {
  const main = join(import.meta.dirname, '../../../../sandbox/src/orchestrator/main.ts');
  const child = spawn(process.execPath, ['--conditions=ftm-source', '--import', 'tsx', main], {
    env: {
      ...process.env,
      PORT: String(port),
      DATA_DIR: dataDir,
      SERVICE_KEY: TEST_SERVICE_KEY,
      S3_BUCKET: 'ftm-test',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const line = await new Promise<Buffer>((resolve, reject) => {
    child.stdout.once('data', resolve);
    void ended.then(() => reject(new Error('the simulator ended before it listened')));
  });
  const url = `http://127.0.0.1:${(JSON.parse(line.toString('utf8')) as { port: number }).port}`;
  return {
    url,
    async admin(method, path, body) {
      const answer = await fetch(`${url}/admin/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} /admin/${path}: ${answer.status} ${text}`);
      return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    },
    async kill(signal = 'SIGKILL') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await ended;
    },
  };
}
