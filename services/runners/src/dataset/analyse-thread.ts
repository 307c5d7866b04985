import { parentPort, workerData } from 'node:worker_threads';
import { createAnalyser, type AnalysedChunk, type AnalysisRecipe } from '@ftm/dataset/build/analyse-rows';
import { summarise, type ChunkOutcome } from '@ftm/dataset/build/summarise-rows';
import { decodeChunk } from '@ftm/dataset/ingest/chunk';
import type { DatasetStatistics } from '@ftm/dataset/statistics/statistics';
import { analysisRules, type RulesRecipe } from './rules.ts';
import type { ThreadAnswer } from './threads.ts';

export interface AnalysisTask {
  readonly recipe: AnalysisRecipe;
  readonly rules: RulesRecipe;
}

/** A chunk to look at; or, once it is known what becomes of its rows, to count. */
export interface ChunkTask {
  readonly chunk: Uint8Array;
  readonly outcome: ChunkOutcome | null;
}
export type ChunkResult = AnalysedChunk | DatasetStatistics;

const { recipe, rules } = workerData as AnalysisTask;
const analyse = createAnalyser(recipe, await analysisRules(rules));

parentPort?.on('message', ({ chunk, outcome }: ChunkTask) => {
  let answer: ThreadAnswer<ChunkResult>;
  try {
    const decoded = decodeChunk(Buffer.from(chunk));
    answer = { ok: true, result: outcome === null ? analyse(decoded) : summarise(decoded, outcome) };
  } catch (error) {
    answer = { ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  parentPort?.postMessage(answer);
});
