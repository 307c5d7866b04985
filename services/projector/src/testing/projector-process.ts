import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';

export interface ProjectorProcess {
  readonly child: ChildProcess;
  readonly url: string;
  ready(): Promise<boolean>;
  end(signal: NodeJS.Signals): Promise<void>;
}

/** The real program, as a process of its own. It is not ready yet. */
export async function startProjector(env: Readonly<Record<string, string>>): Promise<ProjectorProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../dist/main.js')], {
    env: {
      ...process.env,
      FTM_ORCHESTRATOR_URL: 'http://127.0.0.1:1',
      FTM_ORCHESTRATOR_SERVICE_KEY: 'none',
      FTM_OPERATOR_TOKEN: 'projector-test-token',
      FTM_AUDIT_FORWARDER: 'off',
      FTM_SESSION_TIMEOUT_MS: '6000',
      FTM_HOST: '127.0.0.1',
      FTM_HEALTH_PORT: String(port),
      FTM_LOG_LEVEL: 'error',
      ...env,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    child,
    url,
    ready: () =>
      fetch(`${url}/readyz`).then(
        (response) => response.ok,
        () => false,
      ),
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
