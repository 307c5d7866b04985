import type { LogEvent } from '@ftm/event-log/writer-options';
import type { Logger } from '@ftm/runtime/logger';
import { counter, gauge, histogram } from '@ftm/runtime/metrics';

const commits = histogram('ftm_log_commit_seconds', 'Time of one transaction');
const committed = counter('ftm_log_committed_events_total', 'Events committed');
const troubles = counter(
  'ftm_log_troubles_total',
  'Fences, losses, unknown outcomes and other problems of the writers',
  ['kind'],
);
const tail = gauge('ftm_log_tail_records', 'Records that the journal has not passed yet', ['partition']);

/** The writers' story in metrics, and in the log what an operator wants to know. */
export function observeLog(event: LogEvent, logger: Logger): void {
  switch (event.kind) {
    case 'committed':
      commits.observe(event.ms / 1000);
      committed.inc(event.count);
      return;
    case 'tail_size':
      tail.set({ partition: String(event.partition) }, event.records);
      return;
    case 'claimed':
    case 'caught_up':
      logger.info(`writer ${event.kind}`, { partition: event.partition, ms: event.ms });
      return;
    case 'void_record':
      troubles.inc({ kind: event.kind });
      logger.error('a record does not extend the chain', { ...event });
      return;
    case 'problem':
      troubles.inc({ kind: event.kind });
      logger.warn('the writer has a problem', { partition: event.partition, error: event.error });
      return;
    case 'outcome_unknown':
    case 'fenced':
    case 'lost':
      troubles.inc({ kind: event.kind });
      logger.warn(`writer ${event.kind}`, { ...event });
      return;
  }
}
