import { parseStreamId } from '@ftm/contracts/ids';
import type { ProjectedEvent } from '@ftm/projection/projection';
import type { Client } from '@ftm/postgres/pool';
import { workOf, type Task } from './work-table.ts';

/** What a job is about; everything else it reads from the log. */
export interface JobPayload {
  readonly tenantId: string;
  readonly id: string;
  /** Of the event that made the work. */
  readonly correlation: string;
  readonly causation: string;
  readonly traceparent: string | null;
  /** How often it failed in a row. */
  readonly failures?: number;
}

export const jobKey = (task: Task, tenantId: string, id: string): string => `${task}/${tenantId}/${id}`;

/**
 * One dataset of a tenant is built at a time, whatever the number of runners: who asks for hundreds waits for their own, and takes one worker from everybody else. Jobs of a queue run one after the
 * other; one that waits to be tried again does not hold it. All other work is short or waits for others, and has no queue.
 */
export const queueOf = (task: Task, tenantId: string): string | null =>
  task === 'dataset' ? `dataset/${tenantId}` : null;

/** Folds events into the queue, in the transaction that moves the checkpoint: a replay of what is done leaves no job behind. */
export async function applyToQueue(client: Client, events: readonly ProjectedEvent[]): Promise<void> {
  for (const { event, envelope } of events) {
    if (event.type === 'FineTuneSubmitted')
      await client.query('insert into work.provider_jobs values ($1, $2, $3) on conflict do nothing', [
        event.data.providerJobId,
        envelope.tenantId,
        parseStreamId(envelope.stream).id,
      ]);
    for (const { change, task, id = parseStreamId(envelope.stream).id } of workOf(event)) {
      const key = jobKey(task, envelope.tenantId, id);
      if (change === 'remove') {
        await client.query('select graphile_worker.remove_job($1)', [key]);
        continue;
      }
      const payload: JobPayload = {
        tenantId: envelope.tenantId,
        id,
        correlation: envelope.correlation,
        causation: envelope.id,
        traceparent: envelope.traceparent,
      };
      await client.query(
        "select graphile_worker.add_job($1, payload => $2::json, queue_name => $4, job_key => $3, job_key_mode => 'replace', max_attempts => 30000)",
        [task, JSON.stringify(payload), key, queueOf(task, envelope.tenantId)],
      );
    }
  }
}
