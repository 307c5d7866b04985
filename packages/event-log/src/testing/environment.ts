import { setTimeout as delay } from 'node:timers/promises';
import { memberClient, type KafkaConnection } from '../kafka-clients.ts';

/** Where the real parts are. @throws Error naming the variable that is missing */
export function environment(): { connection: KafkaConnection; registryUrl: string } {
  return {
    connection: { brokers: required('FTM_KAFKA_BROKERS').split(','), clientId: `test-${process.pid}` },
    registryUrl: required('FTM_REGISTRY_URL'),
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`${name} is not set: integration tests need the real Kafka and registry`);
  return value;
}

/** A topic of its own for a test, deleted by `drop`. */
export async function createTopic(
  connection: KafkaConnection,
  partitions: number,
): Promise<{ topic: string; drop: () => Promise<void> }> {
  const topic = `test.${Date.now().toString(36)}.${Math.random().toString(36).slice(2, 8)}`;
  const admin = memberClient(connection).admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: partitions }] });
  return {
    topic,
    async drop() {
      await admin.deleteTopics({ topics: [topic] });
      await admin.disconnect();
    },
  };
}

/** Waits until it holds. @throws Error with `what` when it does not within the time */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 100_000,
): Promise<void> {
  const until = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`not within ${withinMs} ms: ${what}`);
    await delay(20);
  }
}
