import { createMemoryEventLog } from './memory-event-log.ts';
import { describeEventLog } from './testing/describe-event-log.ts';

describeEventLog('memory', async () => {
  const log = createMemoryEventLog({ partitions: 3 });
  return {
    log,
    records: async () =>
      [0, 1, 2].flatMap((partition) =>
        log.records(partition).map(({ recorded, headers, value }) => ({
          key: recorded.envelope.tenantId,
          headers,
          value,
        })),
      ),
    close: () => log.close(),
  };
});
