import type { FtmEvent } from '@ftm/contracts/generated/events';
import { parseStreamId } from '@ftm/contracts/ids';
import type { ProjectedEvent } from '@ftm/projection/projection';
import type { Client } from '@ftm/postgres/pool';
import { placeOfNew } from './kinds.ts';
import { noteModels } from '../model/watch-list.ts';
import { workOf, type JobPayload, type Task } from './work-table.ts';

export const jobKey = (task: Task, tenantId: string, id: string): string => `${task}/${tenantId}/${id}`;

/**
 * One dataset of a tenant is built at a time, whatever the number of runners: who asks for hundreds waits for their own, and takes one worker from everybody else. Jobs of a queue run one after the
 * other; one that waits to be tried again does not hold it. All other work is short or waits for others, and has no queue.
 */
export const queueOf = (task: Task, tenantId: string): string | null =>
  task === 'dataset' ? `dataset/${tenantId}` : null;

/** Folds events into the queue, in the transaction that moves the checkpoint: a replay of what is done leaves no job behind. */
export async function applyToQueue(client: Client, events: readonly ProjectedEvent[]): Promise<void> {
  await noteModels(client, events);
  for (const { event, envelope } of events) {
    await note(client, event, envelope.tenantId, parseStreamId(envelope.stream).id);
    for (const { change, task, id = parseStreamId(envelope.stream).id } of workOf(event)) {
      const key = jobKey(task, envelope.tenantId, id);
      if (change === 'remove') {
        await client.query('select graphile_worker.remove_job($1)', [key]);
        continue;
      }
      await addJob(client, task, id, envelope);
    }
    if (event.type === 'DatasetErasureRequested')
      for (const id of await jobsOn(client, envelope.tenantId, parseStreamId(envelope.stream).id))
        await addJob(client, 'files', id, envelope);
  }
}

async function addJob(
  client: Client,
  task: Task,
  id: string,
  { tenantId, correlation, id: causation, traceparent }: ProjectedEvent['envelope'],
): Promise<void> {
  const payload: JobPayload = { tenantId, id, correlation, causation, traceparent };
  const { flags, priority } = placeOfNew(task);
  await client.query(
    `select graphile_worker.add_job($1, payload => $2::json, queue_name => $4, job_key => $3, job_key_mode => 'replace',
       max_attempts => 30000, flags => $5, priority => $6)`,
    [task, JSON.stringify(payload), jobKey(task, tenantId, id), queueOf(task, tenantId), flags, priority],
  );
}

/** What runners look up that is on other streams than their own. */
async function note(client: Client, event: FtmEvent, tenantId: string, id: string): Promise<void> {
  switch (event.type) {
    case 'FineTuneRequested':
      for (const datasetId of [event.data.datasetId, event.data.validationDatasetId])
        if (datasetId !== null)
          await client.query('insert into work.dataset_jobs values ($1, $2, $3) on conflict do nothing', [
            tenantId,
            datasetId,
            id,
          ]);
      return;
    case 'FineTuneSubmitted':
      await client.query('insert into work.provider_jobs values ($1, $2, $3) on conflict do nothing', [
        event.data.providerJobId,
        tenantId,
        id,
      ]);
      return;
    case 'FineTuneSucceeded':
    case 'FineTuneFailed':
    case 'FineTuneCanceled':
    case 'FineTuneBlocked':
      await client.query('delete from work.provider_slots where tenant_id = $1 and ft_job_id = $2', [
        tenantId,
        id,
      ]);
      return;
    default:
  }
}

async function jobsOn(client: Client, tenantId: string, datasetId: string): Promise<string[]> {
  const { rows } = await client.query<{ ft_job_id: string }>(
    'select ft_job_id from work.dataset_jobs where tenant_id = $1 and dataset_id = $2',
    [tenantId, datasetId],
  );
  return rows.map((row) => row.ft_job_id);
}
