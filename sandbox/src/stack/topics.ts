import { Kafka, logLevel } from 'kafkajs';
import { CHECKPOINTS_TOPIC, EVENTS_PARTITIONS, EVENTS_TOPIC } from '@ftm/contracts/topics';

/** Makes the topics that are missing; those that exist are left alone. Retention is for ever: the log is the truth. */
export async function createTopics(
  brokers: readonly string[],
  options: { readonly partitions?: number; readonly eventsTopic?: string } = {},
): Promise<void> {
  const admin = new Kafka({
    brokers: [...brokers],
    clientId: 'ftm-prepare',
    logLevel: logLevel.NOTHING,
  }).admin();
  await admin.connect();
  try {
    const wanted = [
      { topic: options.eventsTopic ?? EVENTS_TOPIC, numPartitions: options.partitions ?? EVENTS_PARTITIONS },
      { topic: CHECKPOINTS_TOPIC, numPartitions: 1 },
    ];
    const existing = await admin.listTopics();
    await admin.createTopics({
      waitForLeaders: true,
      topics: wanted
        .filter((each) => !existing.includes(each.topic))
        .map((each) => ({
          ...each,
          replicationFactor: -1,
          configEntries: [
            { name: 'retention.ms', value: '-1' },
            { name: 'retention.bytes', value: '-1' },
            { name: 'cleanup.policy', value: 'delete' },
            { name: 'max.message.bytes', value: '1048576' },
          ],
        })),
    });
  } finally {
    await admin.disconnect();
  }
}
