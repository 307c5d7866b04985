import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { identify } from '@ftm/dataset/dedup/canonical';
import { createExactIndex } from '@ftm/dataset/dedup/exact';
import { sketch } from '@ftm/dataset/dedup/minhash';
import { createNearIndex } from '@ftm/dataset/dedup/near';
import { exactJaccard, plant, seeded, type PlantedRow } from '@ftm/dataset/dedup/testing/planted';
import { banking77 } from '@ftm/sandbox/orchestrator/traces/banking77';
import { pythonWith, reasonOf, runPython } from './python.ts';

/**
 * Rates are in documents a second of processor time, ours and the peers': what else runs on the machine is of little
 * account.
 */
export interface DedupRates {
  readonly documents: number;
  /** Sketches of the customer questions. */
  readonly sketched: number;
  /** Canonical forms and fingerprints, exact duplicates, sketches and near-duplicates, to the decisions. */
  readonly deduplicated: number;
  /** Of the copies planted at a similarity of .8 and more, the part that is left out. */
  readonly recall: number;
  /** Of the rows left out as near-duplicates, the part that has a similarity of .8 to the row kept. */
  readonly precision: number;
  readonly peers: readonly DedupPeer[];
}

export type DedupPeer =
  | {
      readonly library: string;
      readonly version: string;
      readonly sketchesPerSecond: number;
      /** Sketching, asking the index and adding to it; its candidates are not verified. */
      readonly documentsPerSecond: number;
      /** Of the same copies, the part that has its original among its candidates. */
      readonly recall: number;
    }
  | { readonly library: string; readonly skipped: string };

const LIBRARIES = ['rensa', 'datasketch'];

/**
 * Near-duplicates among customer questions (BANKING77) with planted copies, against Python libraries on the same
 * texts where those can be installed.
 */
export async function measureDedup(): Promise<DedupRates> {
  const random = seeded(77);
  const questions = banking77('train').map((question) => question.text);
  const corpus = plant(questions, questions.length, random);
  const dir = await mkdtemp(join(tmpdir(), 'ftm-bench-dedup-'));
  try {
    for (const { text: warm } of corpus.slice(0, 2000)) sketch(warm);
    const begun = process.cpuUsage();
    for (const row of corpus) sketch(row.text);
    const sketched = corpus.length / secondsSince(begun);
    return {
      documents: corpus.length,
      sketched,
      ...(await deduplicate(corpus, dir)),
      peers: await measurePeers(corpus, dir),
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function deduplicate(
  corpus: readonly PlantedRow[],
  dir: string,
): Promise<Pick<DedupRates, 'deduplicated' | 'recall' | 'precision'>> {
  const begun = process.cpuUsage();
  const exact = createExactIndex();
  const near = createNearIndex({ threshold: 0.8, dir });
  const left = new Set<number>();
  corpus.forEach((planted, number) => {
    const { row, dialogue, context, answer } = identify({
      messages: [
        { role: 'user', content: planted.text },
        { role: 'assistant', content: 'I will look into it.' },
      ],
    });
    if (exact.first(row, number) !== null) left.add(number);
    else near.add({ number, sketch: sketch(dialogue), context, answer });
  });
  await near.resolve();
  const duplicates = [...near.duplicates()];
  const seconds = secondsSince(begun);
  near.close();
  for (const { row } of duplicates) left.add(row);
  const copies = nearCopies(corpus);
  return {
    deduplicated: corpus.length / seconds,
    recall: copies.filter(([copy]) => left.has(copy)).length / copies.length,
    precision:
      duplicates.filter(
        ({ row, keptRow }) => exactJaccard(corpus[row]?.text ?? '', corpus[keptRow]?.text ?? '') >= 0.8,
      ).length / duplicates.length,
  };
}

function secondsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1_000_000;
}

const nearCopies = (corpus: readonly PlantedRow[]): (readonly [number, number])[] =>
  corpus.flatMap(({ of, jaccard }, row) => (of !== null && jaccard >= 0.8 ? [[row, of] as const] : []));

async function measurePeers(corpus: readonly PlantedRow[], dir: string): Promise<DedupPeer[]> {
  const input = JSON.stringify({ texts: corpus.map((row) => row.text), pairs: nearCopies(corpus) });
  const peers: DedupPeer[] = [];
  for (const library of LIBRARIES) {
    try {
      const python = await pythonWith([library], join(dir, library));
      const script = join(import.meta.dirname, 'peers', 'near_duplicates.py');
      const measured = JSON.parse(await runPython(python, [script, library], input)) as Omit<
        Extract<DedupPeer, { version: string }>,
        'library'
      >;
      peers.push({ library, ...measured });
    } catch (error) {
      peers.push({ library, skipped: reasonOf(error) });
    }
  }
  return peers;
}
