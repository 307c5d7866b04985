import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { generateNoteKey, createNoteVerifier } from '@ftm/audit/signed-note';
import type { LogEntry } from '@ftm/audit/tenant-history';
import { createLogVerifier } from '@ftm/audit/verifier';
import { createSchemaCheck } from '@ftm/cli/audit/schemas';
import {
  exportSource,
  FETCH_BYTES,
  kafkaSource,
  writeExport,
  type LogSource,
  type LogTopics,
} from '@ftm/cli/audit/sources';
import { verifyInThreads } from '@ftm/cli/audit/verify-threads';
import { verifyLog, type VerifyReport } from '@ftm/cli/audit/verify';
import { createPartitionReader } from '@ftm/event-log/partition-reader';
import { readerClient, type KafkaConnection } from '@ftm/event-log/kafka-clients';
import { createRegistry } from '@ftm/event-log/registry';
import { generateLog } from './generated-log.ts';

/** The best round of one way to go through the log. */
export interface VerifyRate {
  readonly work: string;
  readonly eventsPerSecond: number;
  readonly eventsPerCpuSecond: number;
}

const ROUNDS = 3;
/** That are held in memory for the verifier alone. */
const CORE_EVENTS = 100_000;

/**
 * The verifier over Kafka, with hashes, chains, trees and schemas, against a plain kafkajs consumer that looks at
 * nothing; its parts alone; and over an export. Turn about, in this process.
 */
export async function measureVerify(
  env: Readonly<Record<string, string>>,
  events: number,
): Promise<VerifyRate[]> {
  const connection = { brokers: (env['FTM_KAFKA_BROKERS'] ?? '').split(','), clientId: 'bench' };
  const registryUrl = env['FTM_REGISTRY_URL'] ?? '';
  const registry = createRegistry(registryUrl);
  await registry.registerAll();
  const log = await generateLog(connection, registry, events);
  const directory = await mkdtemp(join(tmpdir(), 'ftm-verify-'));
  const topics = { events: log.topic, checkpoints: log.checkpointsTopic };
  const kafka = (): LogSource => kafkaSource(connection, topics);
  try {
    const file = join(directory, 'export.jsonl');
    await closing(kafka(), (source) => writeExport(source, file));
    const entries = await closing(kafka(), (source) => readSome(source, CORE_EVENTS));
    const works: Readonly<Record<string, () => Promise<Spent>>> = {
      'raw consume (kafkajs)': () => consume(connection, log.topic, events),
      'read (our reader)': () => spent(events, () => closing(kafka(), (source) => readSome(source, 0))),
      'verify records in memory': () => spent(entries.length, () => verifyCore(entries)),
      'verify over Kafka': () =>
        spent(events, () => closing(kafka(), (each) => verify(each, events, registryUrl))),
      [`verify over Kafka, ${CORES} threads`]: () =>
        spent(events, () => verifyWithThreads(connection, topics, events, registryUrl)),
      'verify an export': () =>
        spent(events, () => closing(exportSource(file), (each) => verify(each, events, registryUrl))),
    };
    const best = new Map<string, VerifyRate>();
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [work, run] of Object.entries(works)) {
        const { count, seconds, cpuSeconds } = await run();
        const known = best.get(work);
        best.set(work, {
          work,
          eventsPerSecond: Math.max(known?.eventsPerSecond ?? 0, count / seconds),
          eventsPerCpuSecond: Math.max(known?.eventsPerCpuSecond ?? 0, count / cpuSeconds),
        });
      }
    return [...best.values()];
  } finally {
    await log.drop();
    await rm(directory, { recursive: true });
  }
}

interface Spent {
  readonly count: number;
  readonly seconds: number;
  /** Of this process, all threads. */
  readonly cpuSeconds: number;
}

/** What has been spent so far, at every call. */
function stopwatch(): (count: number) => Spent {
  const began = performance.now();
  const cpuBegan = process.cpuUsage();
  return (count) => {
    const { user, system } = process.cpuUsage(cpuBegan);
    return { count, seconds: (performance.now() - began) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}

async function spent(count: number, work: () => Promise<unknown>): Promise<Spent> {
  const watch = stopwatch();
  await work();
  return watch(count);
}

async function closing<T>(source: LogSource, work: (source: LogSource) => Promise<T>): Promise<T> {
  return work(source).finally(() => source.close());
}

/** Reads all, and keeps the first of each partition's, so many in all. */
async function readSome(source: LogSource, keep: number): Promise<LogEntry[]> {
  const kept: LogEntry[] = [];
  for await (const { entries } of source.batches({})) kept.push(...entries.slice(0, keep - kept.length));
  return kept;
}

const publicKey = generateNoteKey('bench').verifierKey;
const trusted = [createNoteVerifier(publicKey)];
const CORES = availableParallelism();

/** Hashes, chains, trees; what is kept of a partition begins at its beginning, so that it is sound. */
function verifyCore(entries: readonly LogEntry[]): Promise<void> {
  const verifier = createLogVerifier({
    trusted,
    notes: [],
    now: new Date().toISOString(),
    staleMs: Infinity,
  });
  for (const entry of entries) verifier.next(entry);
  const { ok, findings } = verifier.finish();
  if (!ok) throw new Error(`the log is not sound: ${JSON.stringify(findings)}`);
  return Promise.resolve();
}

async function verifyWithThreads(
  connection: KafkaConnection,
  topics: LogTopics,
  events: number,
  registryUrl: string,
): Promise<void> {
  const reader = createPartitionReader(connection, topics.events);
  const partitions = await reader.partitions().finally(() => reader.close());
  const task = { connection, topics, trust: [publicKey], registryUrl, staleMs: Number.POSITIVE_INFINITY };
  sound(await verifyInThreads(task, CORES, partitions), events);
}

function sound(report: VerifyReport, events: number): void {
  if (!report.ok || report.log.events !== events)
    throw new Error(`the log is not sound: ${JSON.stringify(report.log)}`);
}

async function verify(source: LogSource, events: number, registryUrl: string): Promise<void> {
  const schemas = createSchemaCheck(registryUrl);
  sound(await verifyLog({ source, trusted, schemas, staleMs: Number.POSITIVE_INFINITY }), events);
}

/** From the first record to the last, with the settings of our reader. */
async function consume(connection: KafkaConnection, topic: string, events: number): Promise<Spent> {
  const consumer = readerClient(connection).consumer({
    groupId: `bench-${crypto.randomUUID()}`,
    maxBytesPerPartition: FETCH_BYTES,
    maxBytes: FETCH_BYTES,
    maxWaitTimeInMs: 100,
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let seen = 0;
  let watch = stopwatch();
  const result = await new Promise<Spent>((resolve, reject) => {
    consumer
      .run({
        autoCommit: false,
        eachBatch: ({ batch }) => {
          if (seen === 0) watch = stopwatch();
          seen += batch.messages.length;
          if (seen >= events) resolve(watch(seen));
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return result;
}
