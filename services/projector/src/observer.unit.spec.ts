import type { PartitionLag } from '@ftm/event-log/consumer';
import type { Logger } from '@ftm/runtime/logger';
import client from 'prom-client';
import { createObserver } from './observer.ts';

describe('the observer', () => {
  const lines: string[] = [];
  const say = (message: string): void => void lines.push(message);
  const logger: Logger = { error: say, warn: say, info: say, debug: say };
  const observer = createObserver(logger);
  const value = async (name: string): Promise<number | undefined> =>
    (await client.register.getSingleMetric(name)?.get())?.values[0]?.value;

  it('counts what was projected without what was set aside', async () => {
    const partition = 3;
    observer.tell({ kind: 'parked', partition, offset: 1n, stream: 'dataset/x', reason: 'r' });
    observer.tell({ kind: 'void_record', partition, offset: 2n, reason: 'r' });
    observer.tell({ kind: 'handled', partition, count: 10, ms: 5 });
    observer.tell({ kind: 'handled', partition, count: 4, ms: 5 });
    expect(await value('ftm_projected_events_total')).toBe(12);
    expect(await value('ftm_parked_records_total')).toBe(1);
    expect(await value('ftm_void_records_total')).toBe(1);
    expect(lines).toEqual(['an event was parked', 'a record does not extend the chain']);
  });

  it('is content with a small lag, and says which partition has a large one or stands still', () => {
    const one =
      (lag: PartitionLag, joined = true) =>
      () => {
        observer.checkLag({ joined: () => joined, lag: () => new Map([[7, lag]]) }, 100);
      };
    const fine: PartitionLag = { nextOffset: 1n, endOffset: 101n, lag: 100n, stalledMs: 0 };
    expect(one(fine)).not.toThrow();
    expect(one({ ...fine, lag: 101n })).toThrow('partition 7 is 101 offsets behind; at most 100 are allowed');
    expect(one({ ...fine, stalledMs: 60_000 })).toThrow('partition 7 has not moved for 60 s');
    expect(one(fine, false)).toThrow('not a member');
  });
});
