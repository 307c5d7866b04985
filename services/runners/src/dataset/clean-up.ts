import { CONTAMINATION_GATE, type DatasetState } from '@ftm/domain/dataset/state';
import type { Outcome, Work } from '../tasks.ts';
import { workingFiles } from './objects.ts';

const LOOK_AGAIN_MS = 1000;

/** Work of its own, which the log makes when a dataset has come to its end: a builder that dies behind its last word, or is told late that nobody wants the dataset, leaves nothing behind either. */
export async function runDatasetCleanUp(work: Work): Promise<Outcome> {
  const state = await work.load('dataset');
  if (state.status === 'absent' || !hasEnded(state)) return 'done';
  // A builder that has not yet heard of it may be about to write another one.
  const open = await work.tenants.openWork(work.tenantId);
  if (open.some(({ task, id }) => task === 'dataset' && id === work.id)) return { againInMs: LOOK_AGAIN_MS };
  await workingFiles(work, state.request.projectId).remove();
  return 'done';
}

function hasEnded(state: DatasetState): boolean {
  switch (state.status) {
    case 'absent':
    case 'building':
    case 'pending_sanitization':
      return false;
    case 'blocked':
      // What was blocked for contamination may yet be let through, and is built from the same chunks.
      return state.gate !== CONTAMINATION_GATE;
    case 'ready':
    case 'failed':
    case 'erasing':
    case 'erased':
      return true;
  }
}
