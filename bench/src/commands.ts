import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { createCommanderClient } from '@ftm/commands/client';
import { credentialOf, internalCredentials } from '@ftm/commands/credentials';
import { createCommandClient } from '@ftm/commands/steps';
import { tenantId } from '@ftm/contracts/ids';
import { EVENTS_TOPIC } from '@ftm/contracts/topics';

export interface Measurement {
  readonly count: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

const PROJECT = '11111111-1111-4111-8111-111111111111';
const VALUE_BYTES = 300;
/** Events that the measured command appends: a registration and its gate. */
const EVENTS_A_COMMAND = 2;
const HEADER_BYTES = 900;

/** So many clients that each send the next command when the last one was answered. */
export async function measureCommands(apiUrl: string, clients: number, count: number): Promise<Measurement> {
  return measure(clients, count, async () => {
    await register(apiUrl);
  });
}

/** The write path alone, as runners use it: no login and no gate, so neither of the simulators' disks is in the way. */
export async function measureInternalCommands(
  env: Readonly<Record<string, string>>,
  clients: number,
  count: number,
): Promise<Measurement> {
  const url = (env['FTM_API_INTERNAL_URLS'] ?? '').split(',')[0] ?? '';
  const credentials = internalCredentials('runners').parse(env['FTM_INTERNAL_CREDENTIALS']);
  const client = createCommandClient(
    createCommanderClient(url, { credential: credentialOf(credentials, 'runners'), timeoutMs: 60_000 }),
    { caller: 'runners', now: Date.now },
  );
  return measure(clients, count, async () => {
    const id = randomUUID();
    const registration = {
      projectId: PROJECT,
      origin: 'external' as const,
      ftJobId: null,
      datasetId: null,
      baseModel: 'bench',
      providerModelId: 'bench',
      selection: null,
    };
    const gates = [
      { gate: 'bench', decision: 'allow' as const, decisionId: id, reasons: [], policyVersion: 'bench' },
    ];
    await client.send({ tenantId: tenantId('acme'), correlation: id, causation: id }, 'bench', {
      type: 'RegisterModelVersion',
      id,
      registration,
      gates,
    });
  });
}

async function register(apiUrl: string): Promise<{ id: string; position: string }> {
  const answer = await fetch(`${apiUrl}/v1/model-versions`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer ftm-demo-acme-engineer',
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify({ project_id: PROJECT, base_model: 'bench', provider_model_id: 'bench' }),
  });
  const body = (await answer.json()) as { id: string };
  if (answer.status !== 201) throw new Error(`${answer.status}: ${JSON.stringify(body)}`);
  return { id: body.id, position: answer.headers.get('ftm-position') ?? '' };
}

/**
 * The limit: transactions of as many records as that many clients have waiting, with no decision, chain or HTTP.
 * Records counted as commands.
 */
export async function measureRawTransactions(
  env: Readonly<Record<string, string>>,
  clients: number,
  count: number,
): Promise<Measurement> {
  const kafka = new Kafka({
    brokers: (env['FTM_KAFKA_BROKERS'] ?? '').split(','),
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 5, multiplier: 1.5, maxRetryTime: 500, retries: 30 },
  });
  const topic = `bench-${randomUUID()}`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  const producer = kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const message = {
    key: 'bench',
    value: Buffer.alloc(VALUE_BYTES, 7),
    headers: { padding: Buffer.alloc(HEADER_BYTES, 7) },
  };
  const batches = Math.max(20, Math.ceil(count / clients));
  const times: number[] = [];
  const started = performance.now();
  for (let batch = 0; batch < batches; batch += 1) {
    const begun = performance.now();
    const transaction = await producer.transaction();
    await transaction.send({
      topic,
      messages: Array.from({ length: clients * EVENTS_A_COMMAND }, () => message),
    });
    await transaction.commit();
    times.push(performance.now() - begun);
  }
  const seconds = (performance.now() - started) / 1000;
  await producer.disconnect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  return summary(times, (batches * clients) / seconds);
}

/** Milliseconds from a command's answer until a plain GET shows the resource. */
export async function measureVisibility(apiUrl: string, count: number): Promise<Measurement> {
  const times: number[] = [];
  const started = performance.now();
  for (let at = 0; at < count; at += 1) {
    const { id, position } = await register(apiUrl);
    const begun = performance.now();
    const answer = await fetch(`${apiUrl}/v1/model-versions/${id}`, {
      headers: { authorization: 'Bearer ftm-demo-acme-engineer', 'ftm-min-position': position },
    });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${EVENTS_TOPIC} ${position} is not visible: ${answer.status}`);
    times.push(performance.now() - begun);
  }
  return summary(times, count / ((performance.now() - started) / 1000));
}

async function measure(clients: number, count: number, work: () => Promise<void>): Promise<Measurement> {
  const times: number[] = [];
  let left = count;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (left > 0) {
        left -= 1;
        const begun = performance.now();
        await work();
        times.push(performance.now() - begun);
      }
    }),
  );
  return summary(times, times.length / ((performance.now() - started) / 1000));
}

function summary(times: number[], perSecond: number): Measurement {
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { count: times.length, perSecond, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
