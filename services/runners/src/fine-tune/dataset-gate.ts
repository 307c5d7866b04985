import { ourWords } from '@ftm/contracts/scanned-text';
import type { Work } from '../tasks.ts';
import type { Cause, Open } from './failures.ts';

/**
 * The log says so before the bytes of a dataset are gone, and also when somebody has restored them from a backup: between the request and the submit a dataset may have been erased.
 * @returns why nothing may be uploaded, undefined when it may
 */
export async function refusedDataset(work: Work, { request }: Open): Promise<Cause | undefined> {
  for (const [name, id] of [
    ['dataset', request.datasetId],
    ['validation dataset', request.validationDatasetId],
  ] as const) {
    if (id === null) continue;
    const { status } = await work.load('dataset', id);
    if (status === 'ready') continue;
    const code = status === 'erasing' || status === 'erased' ? 'DATASET_ERASED' : 'DATASET_NOT_READY';
    return { code, message: ourWords`the ${name} is ${status}` };
  }
  return undefined;
}
