import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import { digest } from '@ftm/contracts/ids';
import { splitScore } from '@ftm/dataset/build/split';
import { identify } from '@ftm/dataset/dedup/canonical';
import { createExactIndex } from '@ftm/dataset/dedup/exact';
import { sketch } from '@ftm/dataset/dedup/minhash';
import { createNearIndex } from '@ftm/dataset/dedup/near';
import type { TrainingRow } from '@ftm/dataset/rows/row';
import { rowRules } from '@ftm/dataset/rows/rules';
import { validateStream } from '@ftm/dataset/rows/validate-stream';
import { createTokenCounter } from '@ftm/dataset/tokens/row-tokens';
import { detect } from '@ftm/pii/detect';
import { STRUCTURED } from '@ftm/pii/types';
import ranks from 'gpt-tokenizer/bpeRanks/o200k_base';
import { dialogues } from './dialogues.ts';
import { pythonWith, reasonOf, runPython } from './python.ts';

export interface PipelineSteps {
  readonly bytes: number;
  readonly ours: Steps;
  readonly peer: Steps | { readonly skipped: string };
}

export interface Steps {
  readonly versions: Readonly<Record<string, string>>;
  /** Of the processor, by step. */
  readonly seconds: Readonly<Record<string, number>>;
  readonly kept: number;
  readonly tokens: number;
}

const SPLIT = { validationFraction: 0.1, by: 'random', seed: 0 } as const;

/**
 * The steps of the pipeline one after the other over the same rows, in one thread and without its services; and the
 * same in Python, by the libraries one would take, where they can be installed.
 */
export async function measurePipelineSteps(megabytes: number): Promise<PipelineSteps> {
  const dir = await mkdtemp(join(tmpdir(), 'ftm-bench-steps-'));
  try {
    const rows = join(dir, 'rows.jsonl');
    const file = await open(rows, 'w');
    for (const line of dialogues(megabytes * 1e6)) await file.appendFile(`${line}\n`);
    await file.close();
    const body = await readFile(rows);
    return { bytes: body.length, ours: await ours(body, dir), peer: await inPython(rows, dir) };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function ours(body: Buffer, dir: string): Promise<Steps> {
  const counter = await createTokenCounter('gpt-4.1-mini');
  const seconds: Record<string, number> = {};
  const step = async <T>(name: string, work: () => T | Promise<T>): Promise<T> => {
    const begun = process.cpuUsage();
    const result = await work();
    const { user, system } = process.cpuUsage(begun);
    seconds[name] = (user + system) / 1e6;
    return result;
  };
  const read = await step('read and check', async () => {
    const rows: TrainingRow[] = [];
    const pieces = (async function* () {
      for (let at = 0; at < body.length; at += 262_144) yield body.subarray(at, at + 262_144);
    })();
    for await (const { row } of validateStream(pieces, rowRules({ format: 'jsonl_chat' })).rows)
      if (row !== undefined) rows.push(row);
    return rows;
  });
  await step('personal data', () => read.filter((row) => detect(JSON.stringify(row), STRUCTURED).length > 0));
  const distinct = await step('exact duplicates', () => {
    const exact = createExactIndex();
    return read.flatMap((row, number) => {
      const identity = identify(row);
      return exact.first(identity.row, number) === null ? [{ row, number, identity }] : [];
    });
  });
  const kept = await step('near-duplicates', async () => {
    const near = createNearIndex({ threshold: 0.8, dir });
    for (const { number, identity } of distinct)
      near.add({
        number,
        sketch: sketch(identity.dialogue),
        context: identity.context,
        answer: identity.answer,
      });
    await near.resolve();
    const out = new Set([...near.duplicates()].map(({ row }) => row));
    near.close();
    return distinct.filter(({ number }) => !out.has(number)).map(({ row }) => row);
  });
  const tokens = await step('tokens', () => kept.reduce((sum, row) => sum + counter.row(row).tokens, 0));
  await step('split and write', async () => {
    const lines = kept.flatMap((row) => {
      const content = (): string => digest('ftm.row', canonicalJson(row));
      const score = splitScore(SPLIT, { content, group: () => '', atMs: () => null });
      return score < SPLIT.validationFraction ? [] : [`${JSON.stringify(row)}\n`];
    });
    await writeFile(join(dir, 'ours.jsonl'), lines);
  });
  return { versions: { node: process.versions.node }, seconds, kept: kept.length, tokens };
}

async function inPython(rows: string, dir: string): Promise<PipelineSteps['peer']> {
  try {
    const python = await pythonWith(['presidio-analyzer', 'rensa', 'tiktoken'], join(dir, 'python'));
    // The library would fetch them from the net.
    const vocabulary = ranks.map((token, rank) => `${Buffer.from(token).toString('base64')} ${rank}`);
    await writeFile(join(dir, 'ranks'), vocabulary.join('\n'));
    const script = join(import.meta.dirname, 'peers', 'pipeline.py');
    const said = await runPython(python, [script, rows, join(dir, 'ranks'), join(dir, 'peer.jsonl')]);
    return JSON.parse(said) as Steps;
  } catch (error) {
    return { skipped: reasonOf(error) };
  }
}
