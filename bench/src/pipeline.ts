import { join } from 'node:path';
import { start } from './measured-process.ts';
import type { PipelineRun } from './pipeline-process.ts';

const ENTRY = join('bench', 'src', 'pipeline-process.ts');
const THREADS = 2;

/** The dataset pipeline from a JSONL body to encrypted files, over bodies of different sizes: each in a process of its own, so that its peak memory is its own. */
export async function measurePipeline(sizesMb: readonly number[]): Promise<PipelineRun[]> {
  const runs: PipelineRun[] = [];
  for (const size of sizesMb) {
    const { stdout } = await start(ENTRY, [String(size), String(THREADS)], {}).ended();
    runs.push(JSON.parse(stdout) as PipelineRun);
  }
  return runs;
}
