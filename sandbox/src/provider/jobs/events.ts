import { newId, nowSeconds } from '../ids.ts';
import type { JobEvent, JobRecord } from '../state/records.ts';
import type { Store } from '../state/store.ts';

/** What happened to each job, told in order. */
export interface JobEvents {
  /** Newest first. */
  of(jobId: string): JobEvent[];
  tell(job: JobRecord, message: string, level?: JobEvent['level']): void;
  tellMetrics(job: JobRecord, message: string, data: Readonly<Record<string, number>>): void;
}

export function createJobEvents(store: Store): JobEvents {
  const byJob = new Map<string, JobEvent[]>();
  const index = (job: string, event: JobEvent): void => {
    const events = byJob.get(job);
    if (events === undefined) byJob.set(job, [event]);
    else events.push(event);
  };
  for (const { job, wire } of store.all('events')) index(job, wire);
  const add = (job: JobRecord, event: Omit<JobEvent, 'id' | 'object' | 'created_at'>): void => {
    const wire: JobEvent = {
      object: 'fine_tuning.job.event',
      id: newId('ftevent-'),
      created_at: nowSeconds(),
      ...event,
    };
    store.put('events', wire.id, { org: job.org, job: job.wire.id, wire });
    index(job.wire.id, wire);
  };
  return {
    of: (jobId) => (byJob.get(jobId) ?? []).toReversed(),
    tell: (job, message, level = 'info') => add(job, { level, message, type: 'message', data: {} }),
    tellMetrics: (job, message, data) => add(job, { level: 'info', message, type: 'metrics', data }),
  };
}
