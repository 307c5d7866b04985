import { createKafkaEventLog } from './kafka-event-log.ts';
import { EMPTY_JOURNAL } from './journal.ts';
import { readTopic } from './read-topic.ts';
import { createRegistry } from './registry.ts';
import { describeEventLog } from './testing/describe-event-log.ts';
import { createTopic, environment, eventually } from './testing/environment.ts';

describeEventLog('kafka', async () => {
  const { connection, registryUrl } = environment();
  const registry = createRegistry(registryUrl);
  await registry.registerAll();
  const { topic, drop } = await createTopic(connection, 3);
  const log = createKafkaEventLog({
    ...connection,
    groupId: topic,
    address: 'http://127.0.0.1:1',
    registry,
    journal: EMPTY_JOURNAL,
    topic,
    partitions: 3,
    sessionTimeoutMs: 60_000,
  });
  await eventually('the log serves', () => log.status().ready);
  return {
    log,
    records: () => readTopic(connection, topic),
    async close() {
      await log.close();
      await drop();
    },
  };
});
