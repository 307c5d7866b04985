import { setTimeout as sleep } from 'node:timers/promises';
import { randomInt } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '@ftm/cli/testing/run-cli';
import { createFtmClient, type FtmClient } from '@ftm/api/client';
import type { AnswerOf, BodyOf } from '@ftm/api/endpoints';
import { FtmRefused } from '@ftm/api/refused';
import { eventually } from '@ftm/event-log/testing/environment';
import type { OutputFormat } from '@ftm/dataset/rows/row';
import { rowRules } from '@ftm/dataset/rows/rules';
import { validateStream } from '@ftm/dataset/rows/validate-stream';
import {
  createEncryptedStore,
  type EncryptedStore,
  type StoredObject,
} from '@ftm/object-store/encrypted-store';
import type { ListingStore } from '@ftm/object-store/erase-tenant';
import { createLocalKeyProvider } from '@ftm/object-store/local-key-provider';
import { createStorage } from '@ftm/object-store/storage';
import { plantedCanaries } from '@ftm/pii/testing/canaries';
import {
  ACME_PROJECT,
  BANK_HELPER,
  BANK_HELPER_DRIFTED,
  GLOBEX_HELPER,
  GLOBEX_PROJECT,
} from '../orchestrator/seed.ts';
import { banking77, seeded } from '../orchestrator/traces/banking77.ts';
import { ALL_CANARIES } from '../orchestrator/traces/canaries.ts';
import { generateTraces } from '../orchestrator/traces/generate.ts';
import { startStack, type Stack } from '../stack/stack.ts';
import { findInFiles, writtenBySandbox } from '../testing/find-in-files.ts';
import { findFaults } from '../verify/verify-log.ts';
import { readLog } from '../verify/read-log.ts';
import { startSystem, type System } from './system.ts';
import { NO_TOMBSTONES } from '@ftm/object-store/testing/memory-object-store';

/** The dataset pipeline under a whole system of its own: it orders faults and kills, which other specs must not meet. */
const SEED = Number(process.env['FTM_TEST_SEED'] ?? randomInt(2 ** 31));
const random = seeded(SEED);
const MAX_ROWS = 3000;
const MAX_UPLOAD_BYTES = 12_000_000;
const SENDS = 20;
/** Without eval suites, which guard every dataset of their project. */
const UPLOAD_PROJECT = '33333333-3333-4333-8333-333333333333';
const GUARDED_PROJECT = '44444444-4444-4444-8444-444444444444';
const CANARIES = plantedCanaries(SEED);
const PLANTED = [...new Set([...ALL_CANARIES, ...CANARIES.flatMap(({ value, plain }) => [value, plain])])];

let dir: string;
let stack: Stack;
let system: System;
let store: ListingStore;
let objects: EncryptedStore;
type Dataset = AnswerOf<'GET /v1/datasets/{id}'>;
type Recipe = BodyOf<'POST /v1/datasets'>;
let reference: Dataset;

const start = (threads: number): Promise<System> =>
  startSystem({
    stackEnv: stack.env,
    dir,
    env: {
      FTM_SESSION_TIMEOUT_MS: '3000',
      FTM_DATASET_MAX_ROWS: String(MAX_ROWS),
      FTM_UPLOAD_MAX_BYTES: String(MAX_UPLOAD_BYTES),
      FTM_DATASET_THREADS: String(threads),
    },
  });
const env = (name: string): string => stack.env[name] ?? '';
const as = (who: string): FtmClient =>
  createFtmClient({ baseUrl: system.apiUrls[0] ?? '', apiKey: `ftm-demo-${who}`, checkAnswers: true });
const engineer = (): FtmClient => as('acme-engineer');
const problemOf = (error: unknown): unknown => (error instanceof FtmRefused ? error.problem : error);

beforeAll(async () => {
  console.info(`seed ${SEED}`);
  dir = await mkdtemp(join(tmpdir(), 'ftm-datasets-'));
  stack = await startStack({ dir: join(dir, 'stack'), ports: 'ephemeral' });
  system = await start(2);
  store = createStorage({
    endpoint: env('FTM_S3_ENDPOINT'),
    region: env('FTM_S3_REGION'),
    bucket: env('FTM_S3_BUCKET'),
    keyBucket: env('FTM_S3_KEY_BUCKET'),
    accessKeyId: env('FTM_S3_ACCESS_KEY_ID'),
    secretAccessKey: env('FTM_S3_SECRET_ACCESS_KEY'),
  });
  objects = createEncryptedStore(
    store,
    await createLocalKeyProvider(join(dir, 'key-encryption-key')),
    NO_TOMBSTONES,
  );
}, 180_000);

afterAll(async () => {
  await system.stop();
  await stack.stop();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

const traces = (more: Partial<Recipe['source']> = {}, recipe: Partial<Recipe> = {}): Recipe => ({
  project_id: ACME_PROJECT,
  assistant_id: BANK_HELPER,
  source: { kind: 'orchestrator_traces', ...more },
  dedup: { near: true },
  ...recipe,
});

async function ask(body: Recipe, client = engineer()): Promise<string> {
  return (await client.call('POST /v1/datasets', { body })).body.id;
}

const isSettled = ({ status }: Pick<Dataset, 'status'>): boolean =>
  ['ready', 'blocked', 'failed'].includes(status);

const settled = (id: string, client = engineer()): Promise<Dataset> =>
  client.waitFor('GET /v1/datasets/{id}', id, isSettled, { timeoutMs: 200_000 });

async function ready(body: Recipe, client = engineer()): Promise<Dataset> {
  const dataset = await settled(await ask(body, client), client);
  const { status, failure, reasons } = dataset;
  expect({ status, failure, reasons }).toMatchObject({ status: 'ready' });
  return dataset;
}

const rebuild = async (id: string): Promise<string> =>
  (await engineer().call('POST /v1/datasets/{id}/rebuild', { params: { id } })).body.id;

/** All of a dataset that the recipe and the source decide. */
const content = (dataset: Dataset): unknown =>
  Object.fromEntries(
    [
      ...['content_sha256', 'input_sha256', 'rows_read', 'rows_rejected', 'rejected_by_code', 'train_rows'],
      ...['validation_rows', 'redactions', 'train_tokens', 'validation_tokens', 'exact_duplicates'],
      ...['near_duplicates', 'conflicts', 'truncated_rows', 'trism_policy_version'],
    ].map((key) => {
      expect(dataset).toHaveProperty(key);
      return [key, dataset[key as keyof Dataset]];
    }),
  );

async function rowsOf<R = { messages: { role: string; content: string }[] }>(
  dataset: Dataset,
  file: 'train_object' | 'validation_object',
): Promise<R[]> {
  const bytes = await objects.get('acme', dataset[file] as StoredObject);
  return bytes
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as R);
}

async function orderFault(fault: Readonly<Record<string, unknown>>): Promise<void> {
  const answer = await fetch(`${env('FTM_ORCHESTRATOR_URL')}/admin/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  expect(answer.ok).toBe(true);
}
const healed = (): Promise<Response> =>
  fetch(`${env('FTM_ORCHESTRATOR_URL')}/admin/faults`, { method: 'DELETE' });

/** As the Orchestrator itself counted. */
async function pagesRead(): Promise<number> {
  const answer = await fetch(`${env('FTM_ORCHESTRATOR_URL')}/admin/counters`);
  return ((await answer.json()) as { calls: { traces?: number } }).calls.traces ?? 0;
}

/** A writer that has not claimed its partition yet answers 503: the same request is sent again, as the answer asks. */
async function send(
  body: string | Buffer,
  options: {
    key?: string;
    project?: string;
    format?: OutputFormat;
    type?: string;
    encoding?: string;
    profile?: string;
  } = {},
): Promise<{ status: number; body: Record<string, unknown> & { readonly id: string } }> {
  const { key = `upload-${Math.random()}`, project = UPLOAD_PROJECT, format = 'jsonl_chat' } = options;
  const query = new URLSearchParams({
    project_id: project,
    output_format: format,
    ...(options.profile === undefined ? {} : { sanitizer_profile: options.profile }),
  });
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch(new URL(`/v1/datasets/uploads?${query.toString()}`, system.apiUrls[0]), {
      method: 'POST',
      headers: {
        authorization: 'Bearer ftm-demo-acme-engineer',
        'idempotency-key': key,
        'content-type': options.type ?? 'application/jsonl',
        ...(options.encoding === undefined ? {} : { 'content-encoding': options.encoding }),
      },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    });
    const told = (await answer.json()) as Record<string, unknown> & { readonly id: string };
    if (answer.status !== 503 || tries === SENDS) return { status: answer.status, body: told };
    await sleep(Number(answer.headers.get('retry-after') ?? 1) * 1000);
  }
}

const chat = (question: string, answer: string): string =>
  JSON.stringify({
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: answer },
    ],
  });
const questions = banking77('train');
const cleanRows = (count: number, from = 0): string[] =>
  questions.slice(from, from + count).map(({ text, category }) => chat(text.trim(), category));

describe('an upload', () => {
  const bad: readonly (readonly [line: string, code: string])[] = [
    ['{"messages": [', 'invalid_json'],
    ['[]', 'data_type'],
    [
      '{"messages":[{"role":"customer","content":"x"},{"role":"assistant","content":"y"}]}',
      'unrecognized_role',
    ],
    ['{"messages":[{"role":"user","content":"x"}]}', 'example_missing_assistant_message'],
    ['{"messages":[],"messages":[]}', 'duplicate_key'],
    [chat('x'.repeat(4_300_000), 'y'), 'line_too_long'],
  ];
  const rows = [
    ...cleanRows(2000),
    ...CANARIES.map(({ text }, index) => chat(`${questions[index]?.text.trim()} ${text}`, 'canary')),
  ];
  rows.splice(100, 0, ...bad.map(([line]) => line));
  const body = `\ufeff${rows.join('\r\n')}\r\n`;

  it('of 2,000 rows with bad ones among them becomes a dataset; every bad row is told by number, path and cause', async () => {
    const sent = await send(body, { key: 'first' });
    expect(sent).toMatchObject({ status: 201, body: { rows_read: rows.length, rows_rejected: bad.length } });
    const again = await send(body, { key: 'first' });
    expect(again).toEqual(sent);
    expect(await send(`${body}${rows[0] ?? ''}\n`, { key: 'first' })).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });

    const dataset = await ready({
      project_id: UPLOAD_PROJECT,
      source: { kind: 'upload' as const, upload_id: sent.body.id },
    });
    expect(dataset.rows_read).toBe(rows.length);
    const { body: listed } = await engineer().call('GET /v1/datasets/{id}/rejections', {
      params: { id: dataset.id },
      query: { limit: 1000 },
    });
    for (const [at, [, code]] of bad.entries())
      expect(listed.data).toContainEqual(
        expect.objectContaining({
          row: 101 + at,
          code,
          path: expect.stringMatching(/^\$/) as string,
          remedy: expect.any(String) as string,
        }),
      );
    const report = await fetch(new URL(`/v1/datasets/${dataset.id}/report`, system.apiUrls[0]), {
      headers: { authorization: 'Bearer ftm-demo-acme-viewer' },
    });
    expect(report.headers.get('content-type')).toMatch(/^text\/html/);
    const page = await report.text();
    expect(page).toContain('unrecognized_role');
    expect(PLANTED.filter((canary) => page.includes(canary))).toEqual([]);
    const kept = [
      ...(await rowsOf(dataset, 'train_object')),
      ...(await rowsOf(dataset, 'validation_object')),
    ];
    expect(PLANTED.filter((canary) => JSON.stringify(kept).includes(canary))).toEqual([]);
  });

  it('is refused whole where it must be, with the reason', async () => {
    const one = `${cleanRows(1)[0] ?? ''}\n`;
    expect(await send(one, { type: 'application/json' })).toMatchObject({ status: 415 });
    expect(await send(one, { encoding: 'gzip' })).toMatchObject({
      status: 415,
      body: { code: 'UNSUPPORTED_ENCODING' },
    });
    expect(await send(Buffer.alloc(MAX_UPLOAD_BYTES + 1, ' '))).toMatchObject({
      status: 413,
      body: { code: 'BODY_TOO_LARGE' },
    });
    expect(await send(cleanRows(MAX_ROWS + 1).join('\n'))).toMatchObject({
      status: 413,
      body: { code: 'TOO_MANY_ROWS' },
    });
    await orderFault({ target: 'governance', kind: 'deny', times: 1 });
    expect(await send(one, { key: 'denied' })).toMatchObject({
      status: 409,
      body: { code: 'GATE_DENIED', reasons: [{ code: 'ORDERED' }] },
    });
    const answers = async (): Promise<unknown[]> =>
      (await as('acme-auditor').whole('GET /v1/audit/events', { query: { limit: 1000 } }))
        .filter(({ data }) => data['gate'] === 'dataset.upload')
        .map(({ data }) => data['decision']);
    await eventually('the no is on the log', async () => (await answers()).includes('deny'));
    await orderFault({ target: 'trism', kind: 'deny', times: 1 });
    expect(await send(one)).toMatchObject({ status: 409, body: { code: 'TRISM_BLOCKED' } });
    expect(await send(one, { profile: 'no-such-profile' })).toMatchObject({
      status: 422,
      body: { code: 'ORCHESTRATOR_REFUSED' },
    });
  });

  it('is taken whole: a part of it is a dataset of its dataset', async () => {
    const { body: made } = await send(cleanRows(20).join('\n'));
    const body = {
      project_id: UPLOAD_PROJECT,
      source: { kind: 'upload' as const, upload_id: made.id, limit: 5 },
    };
    expect(
      problemOf(
        await engineer()
          .call('POST /v1/datasets', { body })
          .catch((error: unknown) => error),
      ),
    ).toMatchObject({
      status: 422,
      errors: [{ path: 'source.limit' }],
    });
    const stranger = { project_id: GLOBEX_PROJECT, source: { kind: 'upload' as const, upload_id: made.id } };
    expect(
      problemOf(
        await as('globex-engineer')
          .call('POST /v1/datasets', { body: stranger })
          .catch((error: unknown) => error),
      ),
    ).toMatchObject({ status: 422, code: 'UPLOAD_NOT_FOUND' });
  });
});

describe('what was erased', () => {
  it('stays erased when somebody copies both buckets back: it is not read, and nothing is built from it', async () => {
    const { body: made } = await send(cleanRows(20).join('\n'));
    const source = { kind: 'upload' as const, upload_id: made.id };
    const dataset = await ready({ project_id: UPLOAD_PROJECT, source });
    const copy = new Map<string, Buffer>();
    for (const prefix of ['', 'keys/'])
      for await (const key of store.list(prefix)) copy.set(key, (await store.get(key)) ?? Buffer.alloc(0));

    const admin = as('acme-admin');
    const params = { id: dataset.id };
    await admin.call('POST /v1/datasets/{id}/erasure', { params, body: { reason: 'asked for' } });
    await eventually('it is erased', async () => {
      const { body } = await admin.call('GET /v1/datasets/{id}/erasure', { params });
      return body.state === 'erased';
    });
    for (const [key, bytes] of copy) await store.putIfAbsent(key, bytes);
    const back = await store.get(store.key(dataset.train_object?.uri ?? ''));
    expect(back?.length).toBe(dataset.train_object?.bytes);

    const upload = (): Promise<unknown> =>
      engineer()
        .call('GET /v1/datasets/uploads/{id}', {
          params: { id: made.id },
          query: { project_id: UPLOAD_PROJECT },
        })
        .catch(problemOf);
    const gone = expect.objectContaining({ status: 410, code: 'ERASED' }) as unknown;
    // A process may remember a key for ten seconds.
    await eventually(
      'the upload is gone',
      async () => ((await upload()) as { code?: string }).code === 'ERASED',
      30_000,
    );
    expect(await upload()).toEqual(gone);
    const again = await engineer()
      .call('POST /v1/datasets', { body: { project_id: UPLOAD_PROJECT, source } })
      .catch(problemOf);
    expect(again).toEqual(gone);
    const second = await send(cleanRows(20).join('\n'), { key: 'another-one' });
    expect(second.status).toBe(201);
  });
});

describe('a dataset of 2,476 traces', () => {
  it('is the same wherever the runners are killed, however often, and whatever TRiSM does meanwhile', async () => {
    const before = await pagesRead();
    reference = await ready(traces());
    const pages = (await pagesRead()) - before;
    expect(reference.rows_read).toBe(2476);
    expect(pages).toBe(5);

    for (const fault of [
      { kind: 'slow', delay_ms: 500, times: 3 },
      { kind: 'error', status: 500, times: 1 },
      { kind: 'error', status: 429, retry_after_s: 1, times: 1 },
      { kind: 'hang', delay_ms: 1000, times: 1 },
      { kind: 'garbage', times: 1 },
    ])
      await orderFault({ target: 'trism', ...fault });
    const id = await rebuild(reference.id);
    const calm = await pagesRead();
    let kills = 0;
    const look = async (): Promise<string> =>
      (
        await engineer()
          .call('GET /v1/datasets/{id}', { params: { id } })
          .catch(() => undefined)
      )?.body.status ?? 'unseen';
    // At every step it is killed in `kills.int.spec.ts`; here the queue, the log and the API are in it as well.
    for (; kills < 2; kills += 1) {
      for (
        let tries = 0;
        tries < 300 && !['pending_sanitization', 'ready'].includes(await look());
        tries += 1
      )
        await sleep(50);
      await sleep(random() * 2500);
      system.runners.kill('SIGKILL');
      await system.runners.restart();
      // A lost worker's job is given back after ten seconds.
      await sleep(random() * 6000);
    }
    const survivor = await settled(id);
    expect(survivor).toMatchObject({ status: 'ready', rebuild_of: reference.id });
    expect(content(survivor)).toEqual(content(reference));
    expect((await pagesRead()) - calm).toBeLessThanOrEqual(pages + kills);
    await healed();
    const { body: lineage } = await engineer().call('GET /v1/datasets/{id}/lineage', {
      params: { id: reference.id },
    });
    expect(lineage.rebuilds).toMatchObject([{ id }]);
    expect((await engineer().call('GET /v1/datasets/{id}/lineage', { params: { id } })).body).toMatchObject({
      edges: [{ from: id, to: reference.id, kind: 'rebuild_of' }],
    });
  });

  it('left no working file behind, and what was canceled leaves none either', async () => {
    // By work of its own, behind the build.
    const gone = async (name: string): Promise<void> => {
      for (let tries = 0; tries < 200 && (await objects.hasNamed(name)); tries += 1) await sleep(100);
      expect(await objects.hasNamed(name)).toBe(false);
    };
    const working = (id: string) => `datasets/acme/${ACME_PROJECT}/${id}/work/chunk-00000000`;
    await gone(working(reference.id));
    await orderFault({ target: 'trism', kind: 'slow', delay_ms: 1000, times: 4 });
    const id = await ask(traces());
    for (let tries = 0; tries < 200 && !(await objects.hasNamed(working(id))); tries += 1) await sleep(100);
    await engineer().call('POST /v1/datasets/{id}/cancel', {
      params: { id },
      body: { reason: 'changed my mind' },
    });
    expect(await settled(id)).toMatchObject({ status: 'failed', failure: { code: 'CANCELED' } });
    await healed();
    await gone(working(id));
  });

  it('that has more rows than are allowed, or asks for a profile that is none, fails and says what to do', async () => {
    const all = await settled(await ask({ ...traces(), assistant_id: null }));
    expect(all).toMatchObject({
      status: 'failed',
      failure: { code: 'TOO_MANY_ROWS', remedy: expect.stringContaining('source.limit') as string },
    });
    const unknown = await settled(await ask(traces({}, { sanitizer_profile: 'no-such-profile' })));
    expect(unknown).toMatchObject({
      status: 'failed',
      failure: { code: 'ORCHESTRATOR_REFUSED', retryable: false },
    });
  });
});

describe('datasets of datasets', () => {
  it('are unions and parts of them, sanitised already', async () => {
    const drifted = await ready(traces({ limit: 500 }, { assistant_id: BANK_HELPER_DRIFTED }));
    const kept = (each: Dataset): number => Number(each.train_rows) + Number(each.validation_rows);
    const of = (ids: string[], more: Partial<Recipe['source']> = {}): Recipe => ({
      project_id: ACME_PROJECT,
      source: { kind: 'dataset', dataset_ids: ids, ...more },
    });
    const union = await ready(of([reference.id, drifted.id]));
    expect(union.rows_read).toBe(kept(reference) + kept(drifted));
    // What was replaced is not replaced again.
    expect(union.redactions).toEqual([]);
    const [some, few] = await Promise.all([
      ready(of([reference.id], { sample_fraction: 0.25 })),
      ready(of([reference.id], { limit: 700 })),
    ]);
    expect(kept(some)).toBeGreaterThan(kept(reference) * 0.2);
    expect(kept(some)).toBeLessThan(kept(reference) * 0.3);
    expect(few.rows_read).toBe(700);
    expect(
      (await engineer().call('GET /v1/datasets/{id}/lineage', { params: { id: union.id } })).body,
    ).toMatchObject({
      edges: expect.arrayContaining([
        { from: union.id, to: reference.id, kind: 'source' },
        { from: union.id, to: drifted.id, kind: 'source' },
      ]) as unknown,
    });
    // And each of its parents knows of it, the second as the first.
    for (const parent of [reference.id, drifted.id])
      expect(
        (await engineer().call('GET /v1/datasets/{id}/lineage', { params: { id: parent } })).body,
      ).toMatchObject({
        derived: expect.arrayContaining([
          expect.objectContaining({ id: union.id, status: 'ready' }),
        ]) as unknown,
      });
    const report = await fetch(new URL(`/v1/datasets/${drifted.id}/report`, system.apiUrls[0]), {
      headers: { authorization: 'Bearer ftm-demo-acme-viewer' },
    });
    expect(await report.text()).toContain(union.id);
  });
});

describe('rows that mean the same', () => {
  const said = (embedder?: string) => ({
    project_id: UPLOAD_PROJECT,
    dedup: { semantic_threshold: 0.7, ...(embedder === undefined ? {} : { semantic_embedder: embedder }) },
  });
  it('are found by the embeddings of the provider, or by hashed n-grams; the manifest says by which', async () => {
    const pairs = [
      ['my card has not arrived yet', 'my new card has not arrived yet', 'arrival'],
      ['what is the exchange rate for euros today', 'what is the exchange rate for euros now', 'rate'],
    ];
    const rows = [
      ...cleanRows(30, 5000),
      ...pairs.flatMap(([one = '', other = '', answer = '']) => [chat(one, answer), chat(other, answer)]),
    ];
    const { body: sent } = await send(rows.join('\n'));
    const source = { kind: 'upload' as const, upload_id: sent.id };
    for (const [embedder, id] of [
      ['provider:text-embedding-3-small', 'provider:text-embedding-3-small:256'],
      [undefined, 'hashed-ngrams:v1:256'],
    ]) {
      const dataset = await ready({ ...said(embedder), source });
      expect(dataset.semantic_duplicates).toBeGreaterThanOrEqual(2);
      const manifest = await objects.get('acme', dataset.manifest_object as StoredObject);
      expect(JSON.parse(manifest.toString('utf8'))).toMatchObject({ tools: { embedder: id } });
    }
    const nobody = await settled(await ask({ ...said('provider:no-such-model'), source }));
    expect(nobody).toMatchObject({
      status: 'failed',
      failure: { code: 'EMBEDDINGS_REFUSED', retryable: false },
    });
    expect(await settled(await ask({ ...said('static'), source }))).toMatchObject({
      status: 'failed',
      failure: { code: 'EMBEDDER_NOT_THERE' },
    });
  });
});

describe('formats from traces', () => {
  const check = async (dataset: Dataset, format: OutputFormat): Promise<number> => {
    const bytes = await objects.get('acme', dataset.train_object as StoredObject);
    const { rows, summary } = validateStream(
      (async function* () {
        yield bytes;
      })(),
      rowRules({ format }),
    );
    for await (const { rejections } of rows) expect(rejections).toEqual([]);
    expect(summary().valid).toBe(true);
    return summary().accepted;
  };

  it('are preferences where people judged, which a DPO fine-tune takes', async () => {
    const judged = generateTraces().filter(
      ({ assistant_id, feedback }) => assistant_id === BANK_HELPER_DRIFTED && (feedback ?? []).length > 0,
    );
    const dataset = await ready(
      traces({}, { assistant_id: BANK_HELPER_DRIFTED, output_format: 'jsonl_preference' }),
    );
    const rows = await check(dataset, 'jsonl_preference');
    expect(rows).toBe(dataset.train_rows);
    expect(rows + Number(dataset.validation_rows)).toBeGreaterThan(judged.length * 0.9);
    const job = await engineer().call('POST /v1/ft-jobs', {
      body: {
        project_id: ACME_PROJECT,
        method: 'dpo',
        base_model: 'gpt-4.1-mini-2025-04-14',
        dataset_id: dataset.id,
        hyperparams: { n_epochs: 1 },
      },
    });
    const done = await engineer().waitFor(
      'GET /v1/ft-jobs/{id}',
      job.body.id,
      ({ status }) => ['completed', 'failed', 'blocked'].includes(status),
      { timeoutMs: 200_000 },
    );
    expect(done).toMatchObject({ status: 'completed' });
  });

  it('are prompts and completions', async () => {
    const dataset = await ready(traces({ limit: 300 }, { output_format: 'jsonl_prompt_completion' }));
    expect(await check(dataset, 'jsonl_prompt_completion')).toBe(dataset.train_rows);
  });
});

describe('splits of real traces', () => {
  /** Of questions that stand in one trace only, and unchanged. */
  const traceOf = new Map<string, { user: string; at: string } | null>();
  for (const { assistant_id, user_id, started_at, messages } of generateTraces())
    if (assistant_id === BANK_HELPER) {
      const said = messages[1]?.content ?? '';
      traceOf.set(said, traceOf.has(said) ? null : { user: user_id, at: started_at });
    }
  const split = async (by: NonNullable<Recipe['split']>['by']) => {
    const dataset = await ready(traces({}, { split: { by, validation_fraction: 0.2, seed: 7 } }));
    const side = async (file: 'train_object' | 'validation_object') =>
      (await rowsOf(dataset, file)).map(({ messages }) => ({
        label: messages.at(-1)?.content ?? '',
        trace: traceOf.get(messages[1]?.content ?? '') ?? undefined,
      }));
    return { train: await side('train_object'), validation: await side('validation_object') };
  };

  it('by group never have one customer on both sides', async () => {
    const { train, validation } = await split('grouped');
    const users = new Set(train.flatMap(({ trace }) => trace?.user ?? []));
    const held = validation.flatMap(({ trace }) => trace?.user ?? []);
    expect(held.length).toBeGreaterThan(200);
    expect(held.filter((user) => users.has(user))).toEqual([]);
  });

  it('by label hold the same share of every label back', async () => {
    const { train, validation } = await split('stratified');
    const count = (of: typeof train, label: string): number =>
      of.filter((each) => each.label === label).length;
    for (const label of new Set(train.map((each) => each.label))) {
      const held = count(validation, label);
      expect(held).toBe(Math.round((held + count(train, label)) * 0.2));
    }
  });

  it('by time hold the newest back', async () => {
    const { train, validation } = await split('time');
    const newest =
      train
        .flatMap(({ trace }) => trace?.at ?? [])
        .sort()
        .at(-1) ?? '';
    const held = validation.flatMap(({ trace }) => trace?.at ?? []).sort();
    expect(held.length).toBeGreaterThan(200);
    expect((held[0] ?? '') >= newest).toBe(true);
  });
});

describe('rows that an eval suite asks', () => {
  it('block a dataset, with the rows named, until two people let them in; or are left out, by policy', async () => {
    const asked = questions.slice(3000, 3020).map(({ text }) => text.trim());
    await engineer().call('POST /v1/eval-suites', {
      body: {
        project_id: GUARDED_PROJECT,
        name: 'guard',
        cases: asked.slice(0, 10).map((text, index) => ({
          id: `case-${index}`,
          input: [{ role: 'user' as const, content: text }],
          expected: 'x',
        })),
        graders: [{ name: 'intent', kind: 'string_check', config: { operation: 'eq' } }],
      },
    });
    const rows = [...cleanRows(60), ...asked.slice(0, 5).map((text) => chat(text, 'intent'))];
    const { body: sent } = await send(rows.join('\n'), { project: GUARDED_PROJECT });
    const recipe = { project_id: GUARDED_PROJECT, source: { kind: 'upload' as const, upload_id: sent.id } };

    const id = await ask(recipe);
    const blocked = await settled(id);
    expect(blocked).toMatchObject({ status: 'blocked', reasons: [{ code: 'CONTAMINATED_BY_EVAL' }] });
    const { body: listed } = await engineer().call('GET /v1/datasets/{id}/rejections', { params: { id } });
    expect(listed.data.filter(({ code }) => code === 'contaminated_by_eval').map(({ row }) => row)).toEqual([
      61, 62, 63, 64, 65,
    ]);

    const dropped = await ready({ ...recipe, contamination: { policy: 'drop' } });
    expect(Number(dropped.train_rows) + Number(dropped.validation_rows)).toBe(60);

    const override = { params: { id } };
    const APPROVE = 'POST /v1/datasets/{id}/contamination-override/approve';
    expect(
      problemOf(
        await as('acme-approver')
          .call(APPROVE, override)
          .catch((error: unknown) => error),
      ),
    ).toMatchObject({ code: 'OVERRIDE_NOT_ASKED' });
    await engineer().call('POST /v1/datasets/{id}/contamination-override', {
      ...override,
      body: { reason: 'these five are wanted' },
    });
    expect(
      problemOf(
        await engineer()
          .call(APPROVE, override)
          .catch((error: unknown) => error),
      ),
    ).toMatchObject({
      status: 403,
      code: 'FOUR_EYES',
    });
    await as('acme-approver').call(APPROVE, override);
    const letIn = await engineer().waitFor('GET /v1/datasets/{id}', id, ({ status }) => status === 'ready');
    expect(Number(letIn.train_rows) + Number(letIn.validation_rows)).toBe(65);
  });
});

describe('ftm datasets build', () => {
  const ftm = (...args: string[]) =>
    runCli(['datasets', 'build', '--project', ACME_PROJECT, ...args], {
      FTM_API_URL: system.apiUrls[0] ?? '',
      FTM_API_KEY: 'ftm-demo-acme-engineer',
      NO_COLOR: '1',
    });

  it('builds from traces, and says what came of it', async () => {
    const { code, stdout, stderr } = await ftm('--assistant', BANK_HELPER, '--limit', '300', '--near');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^Dataset [0-9a-f-]{36}: ready$/m);
    expect(stdout).toMatch(/^train +\d+ +\d[\d\s]*$/m);
    expect(code).toBe(0);
  });

  it('builds from a file, and refuses in one line what cannot be', async () => {
    const file = join(dir, 'rows.jsonl');
    await writeFile(file, [...cleanRows(40), '{'].join('\n'));
    const built = await ftm('--upload', file);
    expect(built.stdout).toMatch(/: 41 rows, 1 of them rejected\.$/m);
    expect(built.stdout).toMatch(/invalid_json +1$/m);
    expect(built.code).toBe(0);
    expect(await ftm('--upload', file, '--limit', '5')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^ftm: .*source\.limit/) as string,
    });
  });
});

describe('a tenant', () => {
  it('that asks for many datasets takes one worker, and keeps nobody waiting', async () => {
    await orderFault({
      target: 'trism',
      kind: 'slow',
      delay_ms: 700,
      times: 40,
      match: { tenant_id: 'acme' },
    });
    const many = await Promise.all(Array.from({ length: 6 }, () => ask(traces({ limit: 60 }))));
    const other = await ready(
      {
        project_id: GLOBEX_PROJECT,
        assistant_id: GLOBEX_HELPER,
        source: { kind: 'orchestrator_traces', limit: 60 },
      },
      as('globex-engineer'),
    );
    expect(other.status).toBe('ready');
    const states = await Promise.all(
      many.map(
        async (id) => (await engineer().call('GET /v1/datasets/{id}', { params: { id } })).body.status,
      ),
    );
    // Those that wait have not been started: one at a time is under way.
    expect(states.filter((status) => status === 'pending_sanitization').length).toBeLessThanOrEqual(1);
    expect(states.filter((status) => status === 'building').length).toBeGreaterThan(0);
    await healed();
    for (const id of many) expect(await settled(id)).toMatchObject({ status: 'ready' });
  });
});

describe('after all that', () => {
  it('one thread gives the bytes that two gave', async () => {
    await system.stop();
    system = await start(1);
    const again = await settled(await rebuild(reference.id));
    expect(content(again)).toEqual(content(reference));
  });

  it('no planted personal data is in Kafka, Postgres, objects, the provider’s files or logs, and the log verifies', async () => {
    const { files, found } = await findInFiles(
      [...(await writtenBySandbox(join(dir, 'stack'))), join(dir, 'logs')],
      PLANTED,
    );
    expect(files).toBeGreaterThan(50);
    expect(found).toEqual([]);
    // The search can find: what nobody planted but everybody wrote is there.
    const kafka = await findInFiles([join(dir, 'stack', 'kafka')], [ACME_PROJECT]);
    expect(kafka.found.length).toBeGreaterThan(0);
    expect(findFaults(await readLog(env('FTM_KAFKA_BROKERS').split(',')))).toEqual([]);
    expect(await readFile(join(dir, 'logs', 'runners-0.log'), 'utf8')).not.toContain('    at ');
  });
});
