import { join } from 'node:path';
import { start } from './measured-process.ts';

export const STAGES = ['ingesting', 'analysing', 'deduplicating', 'splitting', 'writing'] as const;
/** By the stage that the build tells of. */
export type Stages = Readonly<Record<(typeof STAGES)[number], number>>;

export interface PipelineRun {
  readonly bytes: number;
  readonly rows: number;
  readonly kept: number;
  /** Highest resident memory of the process, all threads in it. */
  readonly peakMb: number;
  readonly seconds: Stages;
  /** Processor seconds of all threads. */
  readonly cpuSeconds: Stages;
}

const ENTRY = join('bench', 'src', 'pipeline-process.ts');
const THREADS = 2;

/**
 * The dataset pipeline from a JSONL body to encrypted files, over bodies of different sizes: each in a process of its
 * own, so that its peak memory is its own.
 */
export async function measurePipeline(sizesMb: readonly number[]): Promise<PipelineRun[]> {
  const runs: PipelineRun[] = [];
  for (const size of sizesMb) {
    const { stdout } = await start(ENTRY, [String(size), String(THREADS)], {}).ended();
    runs.push(JSON.parse(stdout) as PipelineRun);
  }
  return runs;
}
