import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createOrchestratorClient, type Document, type OrchestratorClient } from './client.ts';
import { sanitizeAll, type SanitizedWithScan, type SanitizeOptions } from './sanitize-all.ts';

const SERVICE_KEY = 'service-key-of-a-test';
const of = {
  tenantId: 'acme',
  projectId: '11111111-1111-4111-8111-111111111111',
  profile: 'default',
  backoffMs: 10,
};
let dataDir: string;
let url: string;
let child: ChildProcess;
let client: OrchestratorClient;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ftm-sanitize-all-'));
  const main = join(import.meta.dirname, '../../../sandbox/dist/orchestrator/main.js');
  child = spawn(process.execPath, [main], {
    env: { ...process.env, PORT: '0', DATA_DIR: dataDir, SERVICE_KEY, S3_BUCKET: 'ftm-test' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (data: Buffer) => resolve(data.toString('utf8')));
    child.once('exit', () => reject(new Error('the simulator ended')));
  });
  url = `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`;
});
afterAll(async () => {
  child.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(() => {
  client = createOrchestratorClient({
    baseUrl: url,
    serviceKey: SERVICE_KEY,
    timeoutMs: 3000,
    circuitResetMs: 50,
  });
});
afterEach(async () => {
  client.close();
  await fetch(`${url}/admin/faults`, { method: 'DELETE' });
});

const fault = (order: object) =>
  fetch(`${url}/admin/faults`, {
    method: 'POST',
    body: JSON.stringify({ target: 'trism', ...order }),
    headers: { 'content-type': 'application/json' },
  });
const many = (count: number, text = 'Mail me'): Document[] =>
  Array.from({ length: count }, (_each, index) => ({
    id: `d${index}`,
    texts: [`${text} at u${index}@example.org`],
  }));
async function all(
  documents: AsyncIterable<Document> | Iterable<Document>,
  options: Partial<SanitizeOptions> = {},
): Promise<SanitizedWithScan[]> {
  const found: SanitizedWithScan[] = [];
  for await (const each of sanitizeAll(client, documents, { ...of, ...options })) found.push(each);
  return found;
}
const withoutScan = (found: readonly SanitizedWithScan[]): unknown[] =>
  found.map(({ id, texts }) => ({ id, texts }));

/** The client, counting. */
function watched(): { client: OrchestratorClient; sizes: number[]; most: () => number } {
  const asked = client;
  const sizes: number[] = [];
  let now = 0;
  let most = 0;
  return {
    sizes,
    most: () => most,
    client: {
      ...asked,
      async sanitize(order, documents) {
        sizes.push(documents.length);
        now += 1;
        most = Math.max(most, now);
        try {
          return await asked.sanitize(order, documents);
        } finally {
          now -= 1;
        }
      },
    },
  };
}

describe('documents of any number', () => {
  it('come back in order, sanitised, in batches of 500 at most', async () => {
    const watch = watched();
    client = watch.client;
    const found = await all(many(1203));
    expect(found.map(({ id }) => id)).toEqual(many(1203).map(({ id }) => id));
    expect(
      found.every(({ action, texts }) => action === 'redact' && /\[EMAIL_\d+\]/.test(texts[0] ?? '')),
    ).toBe(true);
    expect(watch.sizes).toEqual([500, 500, 203]);
  });

  it('come back the same whatever the batch', async () => {
    expect(withoutScan(await all(many(40), { maxDocuments: 7, concurrency: 3 }))).toEqual(
      withoutScan(await all(many(40))),
    );
  });

  it('are batched by bytes too, as UTF-8', async () => {
    const watch = watched();
    client = watch.client;
    await all(many(10, 'é'.repeat(400)), { maxBytes: 2000 });
    expect(watch.sizes).toEqual([2, 2, 2, 2, 2]);
  });

  it('are none, and that is no call', async () => {
    const watch = watched();
    client = watch.client;
    expect(await all([])).toEqual([]);
    expect(watch.sizes).toEqual([]);
  });

  it('are read no faster than they are sanitised', async () => {
    const watch = watched();
    client = watch.client;
    let read = 0;
    let taken = 0;
    let ahead = 0;
    const source = function* (): Generator<Document> {
      for (const each of many(200)) {
        read += 1;
        yield each;
      }
    };
    for await (const each of sanitizeAll(client, source(), { ...of, maxDocuments: 10, concurrency: 3 })) {
      taken += each.texts.length;
      ahead = Math.max(ahead, read - taken);
    }
    expect(taken).toBe(200);
    expect(watch.most()).toBeLessThanOrEqual(3);
    expect(ahead).toBeLessThanOrEqual(41);
  });
});

describe('trouble', () => {
  it.each([
    ['errors', { kind: 'error', status: 503, times: 3 }],
    ['429 with Retry-After', { kind: 'error', status: 429, retry_after_s: 1, times: 1 }],
    ['garbage', { kind: 'garbage', times: 3 }],
    ['a closed connection', { kind: 'down', times: 3 }],
    ['slowness', { kind: 'slow', delay_ms: 100, times: 3 }],
  ])('%s: nothing is lost, doubled or out of order', async (_what, order) => {
    await fault(order);
    const found = await all(many(60), { maxDocuments: 10 });
    expect(found.map(({ id }) => id)).toEqual(many(60).map(({ id }) => id));
  });

  it('a hang is waited for no longer than the client waits', async () => {
    client.close();
    client = createOrchestratorClient({ baseUrl: url, serviceKey: SERVICE_KEY, timeoutMs: 400 });
    await fault({ kind: 'hang', times: 1 });
    expect(await all(many(5))).toHaveLength(5);
  });

  it('of all attempts is told', async () => {
    await fault({ kind: 'error', status: 500 });
    await expect(all(many(5), { attempts: 3 })).rejects.toMatchObject({ name: 'OrchestratorUnavailable' });
  });

  it('a batch that is refused as too large is halved until it fits, and one document that is too large is named so', async () => {
    const watch = watched();
    client = watch.client;
    await fault({ kind: 'error', status: 413, times: 2 });
    expect((await all(many(8), { concurrency: 1 })).map(({ id }) => id)).toEqual(many(8).map(({ id }) => id));
    expect(watch.sizes).toEqual([8, 4, 2, 2, 4]);
    const large = [{ id: 'large', texts: ['a'.repeat(4 * 1024 * 1024 + 1)] }];
    await expect(all(large)).rejects.toMatchObject({ name: 'OrchestratorRefused', status: 413 });
  });

  it('a profile that there is not is refused at once', async () => {
    const watch = watched();
    client = watch.client;
    await expect(all(many(3), { profile: 'report-only' })).rejects.toMatchObject({ status: 400 });
    expect(watch.sizes).toEqual([3]);
  });

  it('whoever aborts waits for no retry', async () => {
    await fault({ kind: 'error', status: 500 });
    const stop = new AbortController();
    const ends = all(many(3), { backoffMs: 20_000, signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(ends).rejects.toThrow();
  });
});
