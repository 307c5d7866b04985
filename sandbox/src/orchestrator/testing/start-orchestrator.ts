import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

export const TEST_SERVICE_KEY = 'service-key-of-a-test';

/** The simulator as a process of its own, on a free port. */
export interface RunningOrchestrator {
  readonly url: string;
  readonly child: ChildProcess;
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** @throws Error when it ends before it listens */
export async function startOrchestrator(dataDir: string): Promise<RunningOrchestrator> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../../dist/orchestrator/main.js')], {
    env: {
      ...process.env,
      PORT: '0',
      DATA_DIR: dataDir,
      SERVICE_KEY: TEST_SERVICE_KEY,
      S3_BUCKET: 'ftm-test',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) =>
      resolve((JSON.parse(line.toString('utf8')) as { port: number }).port),
    );
    void ended.then((code) => reject(new Error(`the simulator ended with ${String(code)}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    child,
    async kill(signal) {
      child.kill(signal);
      return ended;
    },
  };
}
