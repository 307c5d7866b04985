import { commandId, streamId, tenantId } from '@ftm/contracts/ids';
import { readTopic } from './read-topic.ts';
import { createRegistry } from './registry.ts';
import { createTopic, environment, eventually } from './testing/environment.ts';
import { startLoad, type Load } from './testing/load.ts';
import { verifyRecords } from './testing/verify-records.ts';
import { endWriter, sendOnce, startWriter, untilServing, type Writer } from './testing/writers.ts';

const PARTITIONS = 4;
const SESSION_TIMEOUT_MS = 3000;

describe('the log when writers die', () => {
  const { connection, registryUrl } = environment();
  const streams = ['a', 'b', 'c', 'd', 'e'].map((each) => streamId('dataset', each));
  const tenants = ['one', 'two', 'three', 'four', 'five', 'six'];
  let topic: string;
  let drop: () => Promise<void>;
  let writers: Writer[];
  let run: Load;
  const started: Writer[] = [];

  const start = async () => {
    const writer = await startWriter({
      brokers: connection.brokers,
      registryUrl,
      topic,
      partitions: PARTITIONS,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
    });
    started.push(writer);
    return writer;
  };
  const load = () => (run = startLoad({ writers: () => writers, tenants, streams, clients: 16 }));
  const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

  beforeAll(async () => {
    await createRegistry(registryUrl).registerAll();
  });

  beforeEach(async () => {
    ({ topic, drop } = await createTopic(connection, PARTITIONS));
    writers = await Promise.all([start(), start()]);
    await untilServing(writers, PARTITIONS);
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
    let acknowledged = 0;
    for (const [id, known] of run.ledger) {
      const inLog = byCommand.get(id);
      if (known.kind === 'acknowledged') {
        acknowledged += 1;
        expect(inLog).toEqual(known.events);
      } else if (known.kind === 'refused') expect(inLog).toBeUndefined();
    }
    for (const id of byCommand.keys()) expect(run.ledger.has(id)).toBe(true);
    expect(acknowledged).toBeGreaterThan(100);
  }

  it('kill -9, again and again, with a new instance each time', async () => {
    load();
    for (let round = 0; round < 3; round += 1) {
      await seconds(1 + Math.random());
      const [victim, survivor] = writers as [Writer, Writer];
      await endWriter(victim, 'SIGKILL');
      writers = [survivor];
      await untilServing(writers, PARTITIONS);
      writers = [survivor, await start()];
      await untilServing(writers, PARTITIONS);
    }
    await run.stop();
    await expectSound();
  });

  it('a writer that was frozen past its session tries to go on, and is refused', async () => {
    load();
    await seconds(1);
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
    await seconds(1);
    zombie.process.kill('SIGCONT');
    const answers = await Promise.all(waiting);
    await eventually('it was fenced', async () => ((await zombie.status()).events['fenced.commit'] ?? 0) > 0);
    // None of its own was written: who asked it is told that the outcome is unknown, or who the owner is now.
    expect(answers.filter(({ status }) => ![200, 421, 503].includes(status))).toEqual([]);
    writers = [survivor, zombie];
    await untilServing(writers, PARTITIONS);
    await seconds(1);
    await run.stop();
    for (const tenant of tenants)
      (run.ledger as Map<string, unknown>).set(commandId(tenantId(tenant), 'zombie'), { kind: 'unknown' });
    await expectSound();
  });

  it('a graceful end hands everything over: no answer is lost, no outcome unknown', async () => {
    load();
    for (let round = 0; round < 2; round += 1) {
      await seconds(1);
      const [leaving, staying] = writers as [Writer, Writer];
      writers = [staying];
      await endWriter(leaving, 'SIGTERM');
      expect(leaving.process.exitCode).toBe(0);
      await untilServing(writers, PARTITIONS);
      writers = [staying, await start()];
      await untilServing(writers, PARTITIONS);
    }
    await run.stop();
    const lost = ['broken', '503 outcome_unknown'].filter((each) => run.seen.has(each));
    expect({ lost, seen: run.seen }).toEqual({ lost: [], seen: run.seen });
    await expectSound();
  });
});
