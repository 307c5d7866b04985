import { createLogConsumer, type LogBatch, type LogConsumer } from './consumer.ts';
import { LogUnavailable, type EventLog } from './event-log.ts';
import { createKafkaEventLog, type KafkaEventLogOptions } from './kafka-event-log.ts';
import { createRegistry, type Registry } from './registry.ts';
import { command, freshTenant, stream } from './testing/commands.ts';
import { createTopic, environment, eventually } from './testing/environment.ts';
import { createMemoryJournal, type MemoryJournal } from './testing/memory-journal.ts';

describe('journal and tail', () => {
  const { connection, registryUrl } = environment();
  let registry: Registry;
  let journal: MemoryJournal;
  let topic: string;
  let drop: () => Promise<void>;
  let log: EventLog;
  let consumer: LogConsumer;
  const batches: LogBatch[] = [];

  const openLog = (more: Partial<KafkaEventLogOptions> = {}) =>
    createKafkaEventLog({
      ...connection,
      groupId: `${topic}.writers`,
      address: 'http://127.0.0.1:1',
      registry,
      journal,
      topic,
      partitions: 2,
      sessionTimeoutMs: 60_000,
      pruneIntervalMs: 20,
      // Nothing is kept, so that every read goes to journal and tail.
      cache: { maxStreams: 0, maxBytes: 0 },
      ...more,
    });
  const openConsumer = () =>
    createLogConsumer({
      ...connection,
      groupId: `${topic}.projector`,
      registry,
      topic,
      sessionTimeoutMs: 60_000,
      claim: (partition) => journal.claim(partition),
      async handle(batch) {
        await journal.handle(batch);
        batches.push(batch);
      },
    });
  const tailRecords = () => log.status().partitions.reduce((sum, each) => sum + each.tailRecords, 0);
  let resume: () => void = () => undefined;
  const hold = () => {
    journal.held = new Promise((resolve) => {
      resume = resolve;
    });
  };
  const release = () => {
    journal.held = null;
    resume();
  };
  const journaled = (count: number) =>
    eventually(`the journal has ${count} events`, () => journal.entries().length === count);

  beforeAll(async () => {
    registry = createRegistry(registryUrl);
    await registry.registerAll();
  });

  beforeEach(async () => {
    journal = createMemoryJournal();
    batches.length = 0;
    ({ topic, drop } = await createTopic(connection, 2));
    log = openLog();
    consumer = openConsumer();
    await eventually('the log serves', () => log.status().ready);
  });

  afterEach(async () => {
    release();
    await Promise.all([log.close(), consumer.stop()]);
    await drop();
  });

  it('gives every event to the consumer once, in order, and forgets what the journal has', async () => {
    const tenant = freshTenant();
    const keys = Array.from({ length: 40 }, (_, index) => String(index));
    for (const key of keys)
      await log.submit(command({ tenant, key, primary: stream(`s${Number(key) % 3}`) }));
    await journaled(40);
    const seqs = batches.flatMap((each) => each.records.map((record) => record.envelope?.seq));
    expect(seqs).toEqual(keys.map((_, index) => index + 1));
    for (const { records } of batches)
      for (const record of records) expect(record.decoded).toMatchObject({ ok: true });
    // Each batch goes on where the last one ended, over claim and control records too.
    for (const partition of [0, 1]) {
      const own = batches.filter((each) => each.partition === partition);
      own.slice(1).forEach((each, index) => expect(each.firstOffset).toBe(own[index]?.nextOffset));
    }
    await eventually('the tail is empty', () => tailRecords() === 0);
    const again = await log.submit(command({ tenant, key: '3', primary: stream('s0') }));
    expect(again).toMatchObject({ kind: 'appended', replayed: true });
    const next = await log.submit(
      command({ tenant, key: 'next', primary: stream('s0'), expectedVersion: 14 }),
    );
    expect(next).toMatchObject({ kind: 'appended', events: [{ envelope: { version: 15, seq: 41 } }] });
  });

  it('reads journal and tail as one while the journal moves on', async () => {
    const tenant = freshTenant();
    const primary = stream('busy');
    for (let index = 0; index < 60; index += 1) {
      const key = String(index);
      const outcome = await log.submit(command({ tenant, key, primary, expectedVersion: index }));
      expect(outcome).toMatchObject({ kind: 'appended' });
      const read = await log.readStream(tenant, primary);
      expect(read.map((each) => each.envelope.version)).toEqual(
        Array.from({ length: index + 1 }, (_, at) => at + 1),
      );
    }
  });

  it('starts anew from journal and tail', async () => {
    const tenant = freshTenant();
    const primary = stream('a');
    for (const key of ['1', '2']) await log.submit(command({ tenant, key, primary }));
    await journaled(2);
    hold();
    for (const key of ['3', '4']) await log.submit(command({ tenant, key, primary }));
    await log.close();
    log = openLog();
    await eventually('the log serves', () => log.status().ready);
    expect(tailRecords()).toBe(2);
    for (const key of ['1', '2', '3', '4'])
      expect(await log.submit(command({ tenant, key, primary }))).toMatchObject({ replayed: true });
    expect(await log.submit(command({ tenant, key: '5', primary, expectedVersion: 4 }))).toMatchObject({
      events: [{ envelope: { version: 5, seq: 5 } }],
    });
    release();
    await eventually('the tail is empty', () => tailRecords() === 0);
    expect(await log.readStream(tenant, primary)).toHaveLength(5);
  });

  it('refuses only what needs the journal while that is away, and the writer lives on', async () => {
    const tenant = freshTenant();
    const primary = stream('a');
    await log.submit(command({ tenant, key: '1', primary }));
    journal.broken = true;
    const refused = log.submit(command({ tenant, key: '2', primary }));
    await expect(refused).rejects.toMatchObject({ name: 'LogUnavailable', reason: 'journal' });
    expect(log.status().ready).toBe(true);
    journal.broken = false;
    expect(await log.submit(command({ tenant, key: '2', primary }))).toMatchObject({ replayed: false });
  });

  it('refuses commands when the journal lags past the bound, and takes them when it has caught up', async () => {
    await log.close();
    log = openLog({ tail: { maxRecords: 5, maxBytes: 1_000_000 } });
    await eventually('the log serves', () => log.status().ready);
    const tenant = freshTenant();
    const primary = stream('a');
    hold();
    for (const key of ['1', '2', '3', '4', '5']) await log.submit(command({ tenant, key, primary }));
    const refused = await log.submit(command({ tenant, key: '6', primary })).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(LogUnavailable);
    expect(refused).toMatchObject({ reason: 'projector_lag' });
    release();
    await eventually('the tail is empty', () => tailRecords() === 0);
    expect(await log.submit(command({ tenant, key: '6', primary }))).toMatchObject({ kind: 'appended' });
  });

  it('does not start to serve when the journal lags past the bound', async () => {
    const tenant = freshTenant();
    hold();
    for (const key of ['1', '2', '3', '4']) await log.submit(command({ tenant, key, primary: stream('a') }));
    await log.close();
    log = openLog({ tail: { maxRecords: 3, maxBytes: 1_000_000 } });
    const { partition } = log.locate(tenant);
    await eventually('it says why', () =>
      log.status().partitions.some((each) => each.partition === partition && each.problem !== null),
    );
    await expect(log.submit(command({ tenant, key: '5', primary: stream('a') }))).rejects.toMatchObject({
      reason: 'projector_lag',
    });
    release();
    await eventually('the log serves', () => log.status().ready);
    expect(await log.submit(command({ tenant, key: '5', primary: stream('a') }))).toMatchObject({
      events: [{ envelope: { version: 5 } }],
    });
  });

  it('claims again when somebody else has moved the checkpoint on', async () => {
    const tenant = freshTenant();
    await log.submit(command({ tenant, key: '1', primary: stream('a') }));
    await journaled(1);
    await journal.claim(log.locate(tenant).partition);
    await log.submit(command({ tenant, key: '2', primary: stream('a') }));
    await journaled(2);
    expect(journal.entries().map((each) => each.headers['ftm_seq'])).toEqual(['1', '2']);
  });

  it('shares partitions with a second consumer and takes them over when that leaves', async () => {
    const tenants = Array.from({ length: 8 }, freshTenant);
    const second = openConsumer();
    await eventually('each has one', () => consumer.lag().size === 1 && second.lag().size === 1);
    for (const tenant of tenants) await log.submit(command({ tenant, key: '1', primary: stream('a') }));
    await journaled(8);
    await second.stop();
    await eventually('the first has both', () => consumer.lag().size === 2);
    for (const tenant of tenants) await log.submit(command({ tenant, key: '2', primary: stream('a') }));
    await journaled(16);
  });
});
