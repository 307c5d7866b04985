import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import type { DatasetState } from '@ftm/domain/dataset/state';
import type { EncryptedStore } from '@ftm/object-store/encrypted-store';
import { openStores } from '@ftm/object-store/testing/open-stores';

/** In the order of a build; each is where a process dies by SIGKILL, and the next goes on. The source has three pages, so that reading it is died in twice. */
const STEPS = [
  'StartDatasetSanitization',
  'orchestrator.listTraces',
  'orchestrator.sanitize',
  'objects.putNamed',
  'ingesting',
  'orchestrator.listTraces',
  'orchestrator.sanitize',
  'objects.putNamed',
  // The cases of the eval suites, which rows are compared with in the analysis.
  'objects.getStream',
  'analysing',
  'deduplicating',
  'splitting',
  'writing',
  'train.jsonl',
  'validation.jsonl',
  'rejections.jsonl',
  'statistics.json',
  'manifest.json',
  'RecordDatasetSanitized',
  'objects.deleteNamed',
] as const;

type Ready = Extract<DatasetState, { status: 'ready' }>;

const ENTRY = join(import.meta.dirname, '../../dist/dataset/testing/build-process.js');
let dir: string;
let cases: string;
let objects: EncryptedStore;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ftm-kills-'));
  cases = join(dir, 'cases.jsonl');
  await writeFile(join(dir, 'key-encryption-key'), randomBytes(32).toString('base64'), { mode: 0o600 });
  ({ encrypted: objects } = await openStores(join(dir, 'key-encryption-key')));
});
afterAll(() => rm(dir, { recursive: true }));

/** In one thread: what is killed must come to what two of them make. */
async function build(id: string, death: readonly string[], threads = 1) {
  const child = spawn(process.execPath, [ENTRY, dir, id, ...death], {
    env: { ...process.env, FTM_DATASET_THREADS: String(threads) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close') as Promise<[code: number | null, signal: string | null]>;
  const [said, complained, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    ended,
  ]);
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(complained);
  return { said, signal };
}

async function survivor(id: string, threads = 1): Promise<Ready> {
  const { said } = await build(id, [], threads);
  const state = JSON.parse(said) as DatasetState;
  expect(state).toMatchObject({ status: 'ready' });
  return state as Ready;
}

/** All that the recipe and the source decide: files, hashes and counts. */
async function outcomeOf({ result }: Ready) {
  const { trainObject, validationObject, rejectionsObject, statisticsObject, manifestObject } = result;
  const read = async (object: typeof validationObject): Promise<string> =>
    object === null ? '' : (await objects.get('acme', object)).toString('utf8');
  const manifest = JSON.parse(await read(manifestObject)) as {
    summary: unknown;
    files: Record<string, { sha256: string; bytes: number }>;
  };
  return {
    train: await read(trainObject),
    validation: await read(validationObject),
    rejections: await read(rejectionsObject),
    statistics: await read(statisticsObject),
    summary: manifest.summary,
    files: Object.values(manifest.files).map(({ sha256, bytes }) => [sha256, bytes]),
  };
}

/** An eval suite that asks what some rows ask. */
const casesOf = (rows: readonly string[]): string =>
  rows
    .map((row, at) => {
      const { messages } = JSON.parse(row) as { messages: { role: string; content: string }[] };
      return JSON.stringify({ id: `case-${at}`, input: messages.filter(({ role }) => role === 'user') });
    })
    .join('\n');

const workingFile = (id: string): string =>
  `datasets/acme/11111111-1111-4111-8111-111111111111/${id}/work/chunk-00000000`;

/** No run takes as long, however slow the machine: only one that hangs does. */
const HANGS_MS = 1_800_000;

describe('a build that is killed at every step', () => {
  it(
    'before each takes effect, or after each, comes to the same bytes and hashes as one that lives',
    async () => {
      const die = async (when: 'before' | 'after'): Promise<string> => {
        const id = randomUUID();
        for (const step of STEPS)
          expect(await build(id, [step, when])).toEqual({ said: `${when} ${step}`, signal: 'SIGKILL' });
        return id;
      };
      await writeFile(cases, '');
      const { train } = await outcomeOf(await survivor(randomUUID()));
      await writeFile(cases, casesOf(train.split('\n').slice(0, 5)));
      const calm = randomUUID();
      const expected = await outcomeOf(await survivor(calm, 2));
      expect(expected.train.split('\n').length).toBeGreaterThan(500);
      for (const code of ['exact_duplicate', 'near_duplicate', 'semantic_duplicate', 'contaminated_by_eval'])
        expect(expected.rejections).toContain(code);
      const killed = await Promise.all([die('before'), die('after')]);
      for (const id of killed) expect(await outcomeOf(await survivor(id))).toEqual(expected);
      for (const id of [calm, ...killed]) expect(await objects.hasNamed(workingFile(id))).toBe(false);
    },
    HANGS_MS,
  );
});
