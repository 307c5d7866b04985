import { parentPort, workerData } from 'node:worker_threads';
import { createAnalyser, type AnalysedChunk, type AnalysisRecipe } from '@ftm/dataset/build/analyse-rows';
import { decodeChunk } from '@ftm/dataset/ingest/chunk';
import { analysisRules, type RulesRecipe } from './rules.ts';
import type { ThreadAnswer } from './threads.ts';

export interface AnalysisTask {
  readonly recipe: AnalysisRecipe;
  readonly rules: RulesRecipe;
}

const { recipe, rules } = workerData as AnalysisTask;
const analyse = createAnalyser(recipe, analysisRules(rules));

/** Each message is a chunk's bytes. */
parentPort?.on('message', (bytes: Uint8Array) => {
  let answer: ThreadAnswer<AnalysedChunk>;
  try {
    answer = { ok: true, result: analyse(decodeChunk(Buffer.from(bytes))) };
  } catch (error) {
    answer = { ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  parentPort?.postMessage(answer);
});
