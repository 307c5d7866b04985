import { workerData } from 'node:worker_threads';
import {
  createAnalyser,
  createMeaning,
  type AnalysedChunk,
  type AnalysisRecipe,
} from '@ftm/dataset/build/analyse-rows';
import { createRowWriter, type ChunkLines, type ChunkOutcome } from '@ftm/dataset/build/write-rows';
import type { SemanticRow } from '@ftm/dataset/dedup/semantic';
import { decodeChunk } from '@ftm/dataset/ingest/chunk';
import type { DatasetStatistics } from '@ftm/dataset/statistics/statistics';
import { analysisRules, type RulesRecipe } from './rules.ts';
import { answerWith } from './threads.ts';

export interface AnalysisTask {
  readonly recipe: AnalysisRecipe;
  readonly rules: RulesRecipe;
}

/** What a thread does with chunks, as they are stored. */
export interface ChunkWork {
  analyse(chunk: Uint8Array): AnalysedChunk;
  meanings(chunk: Uint8Array): (SemanticRow | null)[];
  /** Once it is known what becomes of the rows. */
  write(task: { readonly chunk: Uint8Array; readonly outcome: ChunkOutcome }): ChunkLines;
  /** Of the rows that this thread has written. */
  statistics(task: null): DatasetStatistics;
}

const { recipe, rules } = workerData as AnalysisTask;
const analysis = await analysisRules(rules);
const analyse = createAnalyser(recipe, analysis);
const meanings = createMeaning(analysis.validate);
const writer = createRowWriter();
const decoded = (chunk: Uint8Array) =>
  decodeChunk(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));

answerWith<ChunkWork>({
  analyse: (chunk) => analyse(decoded(chunk)),
  meanings: (chunk) => meanings(decoded(chunk)),
  write: ({ chunk, outcome }) => writer.write(decoded(chunk), outcome),
  statistics: () => writer.statistics(),
});
