import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { javaVersion, nodeProblem, preflight, PreflightError } from './preflight.ts';

const nothing = { ports: {}, needJava: false, needMaven: false, directories: [] };
const problemsOf = (options: Partial<Parameters<typeof preflight>[0]>): Promise<readonly string[]> =>
  preflight({ ...nothing, ...options }).then(
    () => [],
    (error: unknown) => {
      if (error instanceof PreflightError) return error.problems;
      throw error;
    },
  );

describe('what is looked at before anything starts', () => {
  it('names a port that is taken, the part that wants it, and the way out', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await problemsOf({ ports: { 'kafka-controller': port } })).toEqual([
      `port ${port} (kafka-controller) is taken: end what listens there, or set FTM_PORT_KAFKA_CONTROLLER to another one`,
    ]);
    server.close();
    await once(server, 'close');
    expect(await problemsOf({ ports: { kafka: port } })).toEqual([]);
  });

  it('names Java and Maven when they are missing, a line for each, and starts nothing', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'ftm-preflight-'));
    try {
      const child = spawn(
        process.execPath,
        ['scripts/run.mjs', 'sandbox/src/stack/main.ts', '--ports', 'ephemeral', '--dir', join(dir, 'stack')],
        {
          env: { PATH: '/nonexistent', FTM_CACHE_DIR: join(dir, 'cache') },
          stdio: ['ignore', 'ignore', 'pipe'],
        },
      );
      const chunks: Buffer[] = [];
      child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
      const [code] = (await once(child, 'close')) as [number];
      expect(code).toBe(1);
      const lines = Buffer.concat(chunks).toString('utf8').trim().split('\n');
      expect(lines).toHaveLength(2);
      expect(lines[0]).toMatch(/^Java was not found: install /);
      expect(lines[1]).toMatch(/^Maven was not found: install /);
      expect(await readdir(join(dir, 'stack'))).toEqual([]);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  it('names a disk that is full', async () => {
    const [problem] = await problemsOf({ directories: [tmpdir()], minFreeDiskBytes: 2 ** 60 });
    expect(problem).toMatch(/GiB free: 1073741824.0 GiB are needed$/);
  });

  it.each([
    ['openjdk version "17.0.12" 2024-07-16', 17],
    ['openjdk version "21" 2023-09-19', 21],
    ['java version "1.8.0_412"', 8],
    ['nonsense', undefined],
  ])('reads the version of %s', (banner, version) => {
    expect(javaVersion(banner)).toBe(version);
  });

  it('refuses a Node that is too old', () => {
    expect(nodeProblem('18.20.1')).toMatch(/20 or newer/);
    expect(nodeProblem('20.0.0')).toBeUndefined();
  });
});
