import { generateNoteKey, createNoteVerifier } from '@ftm/audit/signed-note';
import { createSchemaCheck } from '@ftm/cli/audit/schemas';
import { kafkaSource } from '@ftm/cli/audit/sources';
import { verifyLog } from '@ftm/cli/audit/verify';
import { readerClient, type KafkaConnection } from '@ftm/event-log/kafka-clients';
import { createRegistry } from '@ftm/event-log/registry';
import { generateLog } from './generated-log.ts';

export interface VerifyRates {
  readonly events: number;
  /** Each in events a second, the best of three. */
  readonly verified: number;
  readonly consumed: number;
}

const ROUNDS = 3;

/** The verifier over Kafka, with hashes, chains, trees and schemas, against a plain consumer that looks at nothing; turn about, in this process. */
export async function measureVerify(
  env: Readonly<Record<string, string>>,
  events: number,
): Promise<VerifyRates> {
  const connection = { brokers: (env['FTM_KAFKA_BROKERS'] ?? '').split(','), clientId: 'bench' };
  const registryUrl = env['FTM_REGISTRY_URL'] ?? '';
  const registry = createRegistry(registryUrl);
  await registry.registerAll();
  const log = await generateLog(connection, registry, events);
  try {
    let [verified, consumed] = [0, 0];
    for (let round = 0; round < ROUNDS; round += 1) {
      consumed = Math.max(consumed, events / (await consume(connection, log.topic, events)));
      verified = Math.max(verified, events / (await verify(connection, log, registryUrl)));
    }
    return { events, verified, consumed };
  } finally {
    await log.drop();
  }
}

async function verify(
  connection: KafkaConnection,
  { topic, checkpointsTopic, events }: { topic: string; checkpointsTopic: string; events: number },
  registryUrl: string,
): Promise<number> {
  const source = kafkaSource(connection, { events: topic, checkpoints: checkpointsTopic });
  try {
    const report = await verifyLog({
      source,
      trusted: [createNoteVerifier(generateNoteKey('bench').verifierKey)],
      schemas: createSchemaCheck(registryUrl),
      staleMs: Number.POSITIVE_INFINITY,
    });
    if (!report.ok || report.log.events !== events)
      throw new Error(`the log is not sound: ${JSON.stringify(report.log)}`);
    return report.seconds;
  } finally {
    await source.close();
  }
}

/** Seconds from the first record to the last. */
async function consume(connection: KafkaConnection, topic: string, events: number): Promise<number> {
  const consumer = readerClient(connection).consumer({
    groupId: `bench-${crypto.randomUUID()}`,
    maxBytesPerPartition: 8_000_000,
    maxWaitTimeInMs: 50,
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let seen = 0;
  let began = 0;
  const seconds = await new Promise<number>((resolve, reject) => {
    consumer
      .run({
        autoCommit: false,
        eachBatch: ({ batch }) => {
          if (seen === 0) began = performance.now();
          seen += batch.messages.length;
          if (seen >= events) resolve((performance.now() - began) / 1000);
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return seconds;
}
