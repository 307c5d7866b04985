import { commandId, streamId, tenantId } from '@ftm/contracts/ids';
import { readTopic } from './read-topic.ts';
import { createRegistry } from './registry.ts';
import { createTopic, environment, eventually } from './testing/environment.ts';
import { startLoad, type Load } from './testing/load.ts';
import { verifyRecords } from './testing/verify-records.ts';
import { endWriter, sendOnce, startWriter, untilServing, type Writer } from './testing/writers.ts';

const PARTITIONS = 4;
/** Short where the silence of a dead or frozen writer has to be noticed. */
const SHORT_SESSION_MS = 3000;
/** Where nobody falls silent: a machine that is busy for seconds ends nobody's session. */
const LONG_SESSION_MS = 60_000;
const TEST_MS = 600_000;
/** For what must happen some time: only a log that stands still takes so long. */
const WITHIN_MS = 120_000;

describe('the log when writers die', () => {
  const { connection, registryUrl } = environment();
  const streams = ['a', 'b', 'c', 'd', 'e'].map((each) => streamId('dataset', each));
  const tenants = ['one', 'two', 'three', 'four', 'five', 'six'];
  let topic: string;
  let drop: () => Promise<void>;
  let writers: Writer[];
  let run: Load;
  const started: Writer[] = [];

  const start = async (sessionTimeoutMs: number) => {
    const writer = await startWriter({
      brokers: connection.brokers,
      registryUrl,
      topic,
      partitions: PARTITIONS,
      sessionTimeoutMs,
    });
    started.push(writer);
    return writer;
  };
  /** Two writers under load. */
  const begin = async (sessionTimeoutMs: number) => {
    writers = await Promise.all([start(sessionTimeoutMs), start(sessionTimeoutMs)]);
    await untilServing(writers, PARTITIONS);
    run = startLoad({ writers: () => writers, tenants, streams, clients: 16 });
  };
  /** Until the load has got that many answers more, however long this machine takes. */
  const acknowledges = (more: number) => {
    const enough = run.acknowledged() + more;
    return eventually(
      `${more} more commands are acknowledged`,
      () => run.acknowledged() >= enough,
      WITHIN_MS,
    );
  };

  beforeAll(async () => {
    await createRegistry(registryUrl).registerAll();
  });

  beforeEach(async () => {
    ({ topic, drop } = await createTopic(connection, PARTITIONS));
  });

  afterEach(async () => {
    run.abandon();
    await Promise.all(started.splice(0).map((each) => endWriter(each, 'SIGKILL')));
    await drop();
  });

  /** I1 and I2, from the clients' ledger and the raw topic alone. */
  async function expectSound(): Promise<void> {
    const { byCommand, problems } = verifyRecords(await readTopic(connection, topic));
    expect(problems).toEqual([]);
    for (const [id, known] of run.ledger) {
      const inLog = byCommand.get(id);
      if (known.kind === 'acknowledged') expect(inLog).toEqual(known.events);
      else if (known.kind === 'refused') expect(inLog).toBeUndefined();
    }
    for (const id of byCommand.keys()) expect(run.ledger.has(id)).toBe(true);
  }

  it(
    'kill -9, again and again, with a new instance each time',
    async () => {
      await begin(SHORT_SESSION_MS);
      for (let round = 0; round < 3; round += 1) {
        await acknowledges(20 + Math.floor(Math.random() * 40));
        const [victim, survivor] = writers as [Writer, Writer];
        await endWriter(victim, 'SIGKILL');
        writers = [survivor];
        await untilServing(writers, PARTITIONS);
        writers = [survivor, await start(SHORT_SESSION_MS)];
        await untilServing(writers, PARTITIONS);
      }
      await acknowledges(20);
      await run.stop();
      await expectSound();
    },
    TEST_MS,
  );

  it(
    'a writer that was frozen past its session tries to go on, and is refused',
    async () => {
      await begin(SHORT_SESSION_MS);
      await acknowledges(20);
      const [zombie, survivor] = writers as [Writer, Writer];
      const owned = (await zombie.status()).partitions.map((each) => each.partition);
      expect(owned.length).toBe(PARTITIONS / 2);
      zombie.process.kill('SIGSTOP');
      // Clients that wait for the frozen one go on waiting; their commands are what it will try to write.
      const waiting = tenants.map((tenant) =>
        sendOnce(zombie.url, { tenant, key: 'zombie', stream: streamId('dataset', 'z'), count: 1 }),
      );
      writers = [survivor];
      await untilServing(writers, PARTITIONS);
      zombie.process.kill('SIGCONT');
      const answers = await Promise.all(waiting);
      await eventually(
        'it was fenced',
        async () => ((await zombie.status()).events['fenced.commit'] ?? 0) > 0,
      );
      // None of its own was written: who asked it is told that the outcome is unknown, or who the owner is now.
      expect(answers.filter(({ status }) => ![200, 421, 503].includes(status))).toEqual([]);
      writers = [survivor, zombie];
      await untilServing(writers, PARTITIONS);
      await acknowledges(20);
      await run.stop();
      for (const tenant of tenants)
        (run.ledger as Map<string, unknown>).set(commandId(tenantId(tenant), 'zombie'), { kind: 'unknown' });
      await expectSound();
    },
    TEST_MS,
  );

  it(
    'a graceful end hands everything over: no answer is lost, no outcome unknown',
    async () => {
      await begin(LONG_SESSION_MS);
      for (let round = 0; round < 2; round += 1) {
        await acknowledges(20);
        const [leaving, staying] = writers as [Writer, Writer];
        writers = [staying];
        leaving.process.kill('SIGTERM');
        await untilServing(writers, PARTITIONS);
        // Nobody asks the one that left any more.
        await run.turn();
        await endWriter(leaving, 'SIGTERM');
        expect(leaving.process.exitCode).toBe(0);
        writers = [staying, await start(LONG_SESSION_MS)];
        await untilServing(writers, PARTITIONS);
      }
      await acknowledges(20);
      await run.stop();
      const lost = ['broken', '503 outcome_unknown'].filter((each) => run.seen.has(each));
      expect({ lost, seen: run.seen }).toEqual({ lost: [], seen: run.seen });
      await expectSound();
    },
    TEST_MS,
  );
});
