import { datasetScope } from '@ftm/object-store/encrypted-store';
import type { Job, Outcome, Tools } from '../tasks.ts';
import { workingFiles } from './objects.ts';

/** What stands for the key of a dataset that never had one. */
const NO_KEY = 'none';

/** The key first: once it is gone nothing can be read, and the bytes are only waste. Every step may be done again. */
export async function runErasure(job: Job, tools: Tools): Promise<Outcome> {
  const state = await tools.commands.load(job.tenantId, 'dataset', job.id);
  if (state.status !== 'erasing') return 'done';
  const dataKeyId = await tools.objects.eraseScope(job.tenantId, datasetScope(job.id));
  // What was sent for it has a key of its own.
  const { uploadId } = state.request.source;
  const uploadDataKeyId =
    uploadId === null ? null : await tools.objects.eraseScope(job.tenantId, datasetScope(uploadId));
  if (state.result !== null) {
    const { trainObject, validationObject, rejectionsObject, manifestObject, statisticsObject } =
      state.result;
    for (const object of [trainObject, validationObject, rejectionsObject, manifestObject, statisticsObject])
      if (object !== null) await tools.objects.delete(object);
  }
  await workingFiles(job, state.request.projectId, tools).remove();
  await tools.commands.send(job, 'erased', {
    type: 'RecordDatasetErased',
    id: job.id,
    dataKeyId: dataKeyId ?? NO_KEY,
    uploadDataKeyId,
  });
  return 'done';
}
