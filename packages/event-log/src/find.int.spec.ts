import { createLogConsumer, type LogConsumer } from './consumer.ts';
import { NotOwner, type EventLog } from './event-log.ts';
import { createKafkaEventLog } from './kafka-event-log.ts';
import { createRegistry, type Registry } from './registry.ts';
import { command, freshTenant, stream } from './testing/commands.ts';
import { createTopic, environment, eventually } from './testing/environment.ts';
import { createMemoryJournal, type MemoryJournal } from './testing/memory-journal.ts';

/** What `find` costs and where it looks; what it answers is in the contract suite. */
describe('finding a command', () => {
  const { connection, registryUrl } = environment();
  let registry: Registry;
  let journal: MemoryJournal;
  let topic: string;
  let drop: () => Promise<void>;
  let consumer: LogConsumer;
  const logs: EventLog[] = [];
  /** Ids by call. */
  const lookUps: (readonly string[])[] = [];

  async function openLog(address = 'http://127.0.0.1:1'): Promise<EventLog> {
    const log = createKafkaEventLog({
      ...connection,
      groupId: `${topic}.writers`,
      address,
      registry,
      journal: {
        ...journal,
        findCommands(partition, ids) {
          lookUps.push(ids);
          return journal.findCommands(partition, ids);
        },
      },
      topic,
      partitions: 2,
      sessionTimeoutMs: 60_000,
      pruneIntervalMs: 20,
    });
    logs.push(log);
    await eventually('the log serves', () => log.status().ready);
    return log;
  }
  const tailRecords = (log: EventLog) =>
    log.status().partitions.reduce((sum, each) => sum + each.tailRecords, 0);

  beforeAll(async () => {
    registry = createRegistry(registryUrl);
    await registry.registerAll();
  });

  beforeEach(async () => {
    journal = createMemoryJournal();
    ({ topic, drop } = await createTopic(connection, 2));
    consumer = createLogConsumer({
      ...connection,
      groupId: `${topic}.projector`,
      registry,
      topic,
      sessionTimeoutMs: 60_000,
      claim: (partition) => journal.claim(partition),
      handle: (batch) => journal.handle(batch),
    });
    lookUps.length = 0;
  });

  afterEach(async () => {
    await Promise.all([...logs.splice(0).map((each) => each.close()), consumer.stop()]);
    await drop();
  });

  it('asks the journal once: a command that was looked for is submitted without asking again', async () => {
    const log = await openLog();
    const tenant = freshTenant();
    const one = command({ tenant, key: '1', primary: stream('a') });
    expect(await log.find(one)).toBeNull();
    expect(lookUps).toEqual([[one.commandId]]);
    expect(await log.find(one)).toBeNull();
    expect(await log.submit(one)).toMatchObject({ kind: 'appended', replayed: false });
    expect(lookUps).toHaveLength(1);
    const two = command({ tenant, key: '2', primary: stream('a') });
    await log.submit(two);
    expect(lookUps).toEqual([[one.commandId], [two.commandId]]);
  });

  it('asks the journal for many together, while it waits for the answer to one', async () => {
    const log = await openLog();
    const tenant = freshTenant();
    const keys = Array.from({ length: 40 }, (_, index) => String(index));
    const found = await Promise.all(
      keys.map((key) => log.find(command({ tenant, key, primary: stream('a') }))),
    );
    expect(found.every((each) => each === null)).toBe(true);
    expect(lookUps.flat()).toHaveLength(40);
    expect(lookUps.length).toBeLessThan(40);
  });

  it('looks in the tail, and in the journal for what the tail has forgotten', async () => {
    const log = await openLog();
    const tenant = freshTenant();
    const one = command({ tenant, key: '1', primary: stream('a') });
    await log.find(one);
    const outcome = await log.submit(one);
    expect(await log.find(one)).toEqual({ ...outcome, replayed: true });
    await eventually('the tail is empty', () => tailRecords(log) === 0);
    // It was absent once, and is not taken for absent now that the tail says nothing of it.
    expect(await log.find(one)).toEqual({ ...outcome, replayed: true });
    expect(await log.submit(one)).toEqual({ ...outcome, replayed: true });
  });

  it('forgets with a claim what was absent, and finds what another instance wrote meanwhile', async () => {
    const first = await openLog();
    const tenant = freshTenant();
    const one = command({ tenant, key: '1', primary: stream('a') });
    expect(await first.find(one)).toBeNull();
    await first.close();
    const second = await openLog();
    const outcome = await second.submit(one);
    await second.close();
    const third = await openLog();
    expect(await third.find(one)).toEqual({ ...outcome, replayed: true });
    expect(await third.submit(one)).toEqual({ ...outcome, replayed: true });
  });

  it('says that the journal is away, and takes nothing for absent then', async () => {
    const log = await openLog();
    const one = command({ tenant: freshTenant(), key: '1', primary: stream('a') });
    await log.submit(one);
    await eventually('the tail is empty', () => tailRecords(log) === 0);
    journal.broken = true;
    await expect(log.find(one)).rejects.toMatchObject({ name: 'LogUnavailable', reason: 'journal' });
    journal.broken = false;
    expect(await log.submit(one)).toMatchObject({ replayed: true });
  });

  it('is for the writer of the partition alone', async () => {
    const one = await openLog('http://one.test');
    const two = await openLog('http://two.test');
    await eventually('each has one partition', () =>
      [one, two].every((each) => each.status().partitions.length === 1 && each.status().ready),
    );
    const request = command({ tenant: freshTenant(), key: '1', primary: stream('a') });
    const [owner, other] = one.locate(request.tenantId).mine ? [one, two] : [two, one];
    expect(await owner.find(request)).toBeNull();
    await expect(other.find(request)).rejects.toThrow(NotOwner);
    await owner.submit(request);
    await expect(other.find(request)).rejects.toThrow(NotOwner);
  });
});
