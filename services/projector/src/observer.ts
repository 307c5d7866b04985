import type { LogConsumer } from '@ftm/event-log/consumer';
import type { ProjectionEvent } from '@ftm/projection/projection';
import { createCalmLogger } from '@ftm/runtime/calm-logger';
import type { Logger } from '@ftm/runtime/logger';
import { counter, gauge, histogram } from '@ftm/runtime/metrics';

const MAX_STALL_MS = 30_000;
const LAG_EVERY_MS = 1000;

/** Turns what the projection tells into log lines and metrics, and its lag into readiness. */
export function createObserver(logger: Logger) {
  const projected = counter('ftm_projected_events_total', 'Events projected');
  const batchSeconds = histogram('ftm_projection_batch_seconds', 'Time to handle a batch');
  const voidRecords = counter('ftm_void_records_total', 'Records that do not extend the chain');
  const parked = counter('ftm_parked_records_total', 'Records set aside');
  const problems = counter('ftm_projection_problems_total', 'Failures that are tried again');
  const lag = gauge('ftm_projection_lag_offsets', 'Offsets behind the end of a partition', ['partition']);
  const calm = createCalmLogger(logger);
  // Told before the batch that they were in.
  const setAside = new Map<number, number>();
  const countSetAside = (partition: number): void =>
    void setAside.set(partition, (setAside.get(partition) ?? 0) + 1);

  function tell(event: ProjectionEvent): void {
    switch (event.kind) {
      case 'handled':
        batchSeconds.observe(event.ms / 1000);
        projected.inc(Math.max(0, event.count - (setAside.get(event.partition) ?? 0)));
        setAside.delete(event.partition);
        return;
      case 'void_record': {
        voidRecords.inc();
        countSetAside(event.partition);
        const { partition, offset, reason } = event;
        logger.error('a record does not extend the chain', { partition, offset, reason });
        return;
      }
      case 'parked': {
        parked.inc();
        countSetAside(event.partition);
        const { partition, offset, stream, reason } = event;
        logger.error('an event was parked', { partition, offset, stream, reason });
        return;
      }
      case 'problem':
        problems.inc();
        calm.warn('projection waits', { partition: event.partition, error: event.error });
        return;
      case 'claimed':
      case 'lost':
      case 'released':
        logger.info(event.kind, { partition: event.partition });
        return;
    }
  }

  return {
    tell,
    /** Keeps the metric current. @returns what ends it */
    watchLag(consumer: Pick<LogConsumer, 'lag'>): () => void {
      const timer = setInterval(() => {
        lag.reset();
        for (const [partition, each] of consumer.lag())
          lag.set({ partition: String(partition) }, Number(each.lag));
      }, LAG_EVERY_MS);
      timer.unref();
      return () => clearInterval(timer);
    },
    /** @throws Error that says why the projection is not fit to be read from */
    checkLag(consumer: Pick<LogConsumer, 'lag' | 'joined'>, maxLag: number): void {
      if (!consumer.joined()) throw new Error('not a member of the consumer group');
      for (const [partition, each] of consumer.lag()) {
        if (each.stalledMs > MAX_STALL_MS)
          throw new Error(`partition ${partition} has not moved for ${Math.round(each.stalledMs / 1000)} s`);
        if (each.lag > BigInt(maxLag))
          throw new Error(
            `partition ${partition} is ${each.lag} offsets behind; at most ${maxLag} are allowed`,
          );
      }
    },
  };
}
