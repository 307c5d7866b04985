import type { EventLog } from './event-log.ts';
import { EMPTY_JOURNAL } from './journal.ts';
import { createKafkaEventLog } from './kafka-event-log.ts';
import { readTopic } from './read-topic.ts';
import { createRegistry } from './registry.ts';
import { command, erased, freshTenant, stream } from './testing/commands.ts';
import { createTopic, environment, eventually } from './testing/environment.ts';
import { API, createFaultySockets } from './testing/faulty-sockets.ts';
import { verifyRecords } from './testing/verify-records.ts';
import type { LogEvent } from './writer-options.ts';

describe('a commit whose outcome is not known', () => {
  const { connection, registryUrl } = environment();
  const sockets = createFaultySockets();
  const events: LogEvent[] = [];
  let log: EventLog;
  let topic: string;
  let drop: () => Promise<void>;
  const count = (kind: LogEvent['kind']) => events.filter((each) => each.kind === kind).length;

  beforeAll(async () => {
    const registry = createRegistry(registryUrl);
    await registry.registerAll();
    ({ topic, drop } = await createTopic(connection, 1));
    log = createKafkaEventLog({
      ...connection,
      socketFactory: sockets.factory,
      groupId: topic,
      address: 'http://127.0.0.1:1',
      registry,
      journal: EMPTY_JOURNAL,
      topic,
      partitions: 1,
      sessionTimeoutMs: 60_000,
      // A command whose outcome is not known is settled however long a busy machine takes.
      settleTimeoutMs: 100_000,
      onEvent: (event) => events.push(event),
    });
    await eventually('the log serves', () => log.status().ready);
  });

  afterAll(async () => {
    await log.close();
    const { problems } = verifyRecords(await readTopic(connection, topic));
    await drop();
    expect(problems).toEqual([]);
  });

  async function submitBatch(tenant = freshTenant()) {
    const primary = stream('a');
    const commands = Array.from({ length: 10 }, (_, index) =>
      command({
        tenant,
        key: String(index),
        primary,
        events: [{ stream: primary, event: erased(`${index}`) }],
      }),
    );
    const outcomes = await Promise.all(commands.map((each) => log.submit(each)));
    const { byCommand } = verifyRecords(await readTopic(connection, topic));
    outcomes.forEach((outcome, index) => {
      expect(outcome).toMatchObject({ kind: 'appended', replayed: false });
      const answered = outcome.kind === 'appended' ? outcome.events.map((each) => each.envelope) : [];
      expect(byCommand.get(commands[index]?.commandId ?? '')).toEqual(answered);
    });
    expect((await log.readStream(tenant, primary)).map((each) => each.envelope.version)).toEqual(
      Array.from({ length: 10 }, (_, index) => index + 1),
    );
  }

  it('was committed, only the reply was lost: it is found in the log and answered from there', async () => {
    const before = count('claimed');
    void sockets.breakNext(API.endTxn, 'after');
    await submitBatch();
    expect(count('outcome_unknown')).toBe(1);
    expect(count('claimed')).toBe(before + 1);
  });

  it('was never committed: the next claim aborts it, and it is decided again', async () => {
    const before = count('claimed');
    void sockets.breakNext(API.endTxn, 'before');
    await submitBatch();
    expect(count('outcome_unknown')).toBe(2);
    expect(count('claimed')).toBe(before + 1);
  });

  it('lost the reply of a send: nothing is written twice', async () => {
    void sockets.breakNext(API.produce, 'after');
    await submitBatch();
  });

  it('lost a send on its way: nothing is missing', async () => {
    void sockets.breakNext(API.produce, 'before');
    await submitBatch();
  });

  it('goes on as before after that', async () => {
    const before = count('claimed');
    await submitBatch();
    expect(count('claimed')).toBe(before);
  });
});
