import { datasetScope } from '@ftm/object-store/encrypted-store';
import type { Outcome, Work } from '../tasks.ts';
import { workingFiles } from './objects.ts';

/** What stands for the key of a dataset that never had one. */
const NO_KEY = 'none';

/** The key first: once it is gone nothing can be read, and the bytes are only waste. Every step may be done again. */
export async function runErasure(work: Work): Promise<Outcome> {
  const state = await work.load('dataset');
  if (state.status !== 'erasing') return 'done';
  const dataKeyId = await work.objects.eraseScope(work.tenantId, datasetScope(work.id));
  // What was sent for it has a key of its own.
  const { uploadId } = state.request.source;
  const uploadDataKeyId =
    uploadId === null ? null : await work.objects.eraseScope(work.tenantId, datasetScope(uploadId));
  if (state.result !== null) {
    const { trainObject, validationObject, rejectionsObject, manifestObject, statisticsObject } =
      state.result;
    for (const object of [trainObject, validationObject, rejectionsObject, manifestObject, statisticsObject])
      if (object !== null) await work.objects.delete(object);
  }
  await workingFiles(work, state.request.projectId).remove();
  await work.record('erased', {
    type: 'RecordDatasetErased',
    dataKeyId: dataKeyId ?? NO_KEY,
    uploadDataKeyId,
  });
  return 'done';
}
