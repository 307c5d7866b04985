import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { gunzipSync, gzipSync } from 'node:zlib';
import { runCli } from '@ftm/cli/testing/run-cli';
import { createTopic, eventually } from '@ftm/event-log/testing/environment';
import { memberClient } from '@ftm/event-log/kafka-clients';
import { createPool, type Pool } from '@ftm/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@ftm/postgres/testing/database';
import { gateAnswered, type AuthoredRecord } from './testing/log-author.ts';
import { startProjector, type ProjectorProcess } from './testing/projector-process.ts';
import {
  createStand,
  freshTenant,
  journalCount,
  journalRows,
  writeStory,
  type Stand,
} from './testing/stand.ts';

const TOKEN = 'projector-test-token';

describe('a snapshot of the journal', () => {
  let stand: Stand;
  let directory: string;
  let file: string;
  let restored: TestDatabase;
  let owner: Pool;
  const running: ProjectorProcess[] = [];
  let sent: AuthoredRecord[] = [];

  const envOf = (database: TestDatabase, topic = stand.topic) => ({
    FTM_KAFKA_BROKERS: stand.connection.brokers.join(','),
    FTM_REGISTRY_URL: stand.registryUrl,
    FTM_EVENTS_TOPIC: topic,
    FTM_DATABASE_URL: database.url('ftm_projector'),
  });
  async function launch(database: TestDatabase): Promise<ProjectorProcess> {
    const projector = await startProjector(envOf(database));
    running.push(projector);
    return projector;
  }
  async function send(records: readonly AuthoredRecord[]): Promise<void> {
    await stand.author.send(records);
    sent = [...sent, ...records];
  }
  function startRestore(from: string, topic = stand.topic) {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../dist/restore-main.js'), from], {
      env: { ...process.env, ...envOf(restored, topic) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    const ended = once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr }));
    return { child, ended };
  }
  const restore = (from: string, topic?: string) => startRestore(from, topic).ended;

  /** Every row of what the projector owns, as Postgres writes it out. */
  async function everything(pool: Pool): Promise<string[]> {
    const texts: string[] = [];
    const { rows: tables } = await pool.query<{ name: string; live: string }>(
      'select tablename as name, log.live_schema() as live from pg_tables where schemaname = log.live_schema() order by 1',
    );
    for (const { name, live } of tables) {
      const { rows } = await pool.query<{ text: string }>(
        `select each::text as text from ${live}.${name} each order by tenant_id, id`,
      );
      texts.push(...rows.map(({ text }) => `${name} ${text}`));
    }
    const others = [
      'select each::text as text from log.journal each order by tenant_id, seq',
      'select each::text as text from log.chain_heads each order by consumer, tenant_id',
      'select each::text as text from log.merkle_nodes each order by tenant_id, level, index',
      'select (partition, "offset", tenant_id, stream, reason, headers, value)::text as text from log.parked order by partition, "offset"',
      "select (partition, next_offset)::text as text from log.checkpoints where consumer = 'journal' order by partition",
    ];
    for (const sql of others)
      texts.push(...(await pool.query<{ text: string }>(sql)).rows.map(({ text }) => text));
    return texts;
  }

  beforeAll(async () => {
    stand = await createStand(3);
    restored = await createTestDatabase();
    owner = createPool({ url: restored.ownerUrl, applicationName: 'snapshot-test' });
    directory = await mkdtemp(join(tmpdir(), 'ftm-snapshot-'));
    file = join(directory, 'journal.gz');
    for (const events of [600, 40, 40, 7]) await send(await writeStory(stand.author, freshTenant(), events));
    const [first] = sent;
    if (first === undefined) throw new Error('no story');
    const { tenantId, stream } = first.envelope;
    await send([
      await stand.author.write(tenantId, stream, gateAnswered('x'), { value: Buffer.from('poison') }),
      await stand.author.write(tenantId, stream, gateAnswered('later')),
      // Only among the parked: no row of the journal can hold it.
      await stand.author.write(freshTenant(), stream, gateAnswered('odd'), { envelope: { id: 'no uuid' } }),
    ]);
  });
  afterAll(async () => {
    for (const projector of running) await projector.end('SIGKILL');
    await owner.end();
    await restored.drop();
    await stand.close();
    await rm(directory, { recursive: true });
  });

  it('is taken from a running projector and verified', async () => {
    const projector = await launch(stand.database);
    await eventually('all is projected', async () => (await journalCount(stand.owner)) >= sent.length - 1);
    const env = { FTM_OPERATOR_URLS: projector.url, FTM_OPERATOR_TOKEN: TOKEN };
    const made = await runCli(['snapshot', 'create', file], env);
    expect(made).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`sound: ${sent.length} events`) as string,
    });
    expect(await runCli(['snapshot', 'create', file], env)).toMatchObject({ code: 2 });
    expect(await runCli(['snapshot', 'verify', file], env)).toMatchObject({ code: 0 });
  });

  it('that was tampered with, or is of another log, is refused with what is wrong, and nothing of it stays', async () => {
    const lines = gunzipSync(await readFile(file))
      .toString('utf8')
      .split('\n');
    const event = lines.findIndex((line) => line.includes('"kind":"event"'));
    const changed = join(directory, 'changed.gz');
    const write = (some: readonly string[]) => writeFile(changed, gzipSync(some.join('\n')));

    await write(
      lines.map((line, at) =>
        at === event ? line.replace('"ftm_actor":"tester"', '"ftm_actor":"nobody"') : line,
      ),
    );
    expect(await restore(changed)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /the event at \d:\d+ does not extend .*hash of seq 1 is not that of its content/,
      ) as string,
    });
    await write(lines.slice(0, -20));
    expect(await restore(changed)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('breaks off') as string,
    });
    const other = await createTopic(stand.connection, 3);
    expect(await restore(file, other.topic)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it is not of this log') as string,
    });
    await other.drop();
    expect(await journalCount(owner)).toBe(0);
  });

  it('is restored; a restore that was killed on its way is repeated', async () => {
    const blocker = await owner.connect();
    await blocker.query('begin');
    await blocker.query('lock table log.chain_heads in exclusive mode');
    const first = startRestore(file);
    await eventually('it is in the middle', async () => {
      const { rowCount } = await owner.query(
        "select from pg_stat_activity where application_name = 'restore' and wait_event_type = 'Lock' and datname = current_database()",
      );
      return rowCount === 1;
    });
    first.child.kill('SIGKILL');
    await first.ended;
    await blocker.query('rollback');
    blocker.release();
    expect(await journalCount(owner)).toBe(0);

    expect(await restore(file)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`"events":${sent.length}`) as string,
    });
    expect(await restore(file)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has a journal already') as string,
    });
    expect(await journalRows(owner)).toEqual(await journalRows(stand.owner));
  });

  it('lets a new projector read the tail alone, and come to the same, byte for byte', async () => {
    // What the snapshot has, Kafka has no more: who asks for it gets nothing.
    const { rows: positions } = await owner.query<{ partition: number; offset: string }>(
      "select partition, next_offset as offset from log.checkpoints where consumer = 'journal'",
    );
    await running[0]?.end('SIGKILL');
    const admin = memberClient(stand.connection).admin();
    await admin.connect();
    const kept = await admin
      .fetchTopicOffsets(stand.topic)
      .then(() => admin.deleteTopicRecords({ topic: stand.topic, partitions: positions }))
      .then(() => admin.fetchTopicOffsets(stand.topic))
      .finally(() => admin.disconnect());
    for (const { partition, offset } of positions)
      expect(kept.find((each) => each.partition === partition)?.low).toBe(offset);

    const [first] = sent;
    if (first === undefined) throw new Error('no story');
    const { tenantId, stream } = first.envelope;
    await send([await stand.author.write(tenantId, stream, gateAnswered('behind the poison'))]);
    await send(await writeStory(stand.author, freshTenant(), 30));
    await send(await writeStory(stand.author, tenantId, 30));
    // One after the other, for they share a consumer group.
    for (const [database, pool] of [
      [restored, owner],
      [stand.database, stand.owner],
    ] as const) {
      const projector = await launch(database);
      await eventually('the tail is there', async () => (await journalCount(pool)) >= sent.length - 1);
      await eventually('it is ready', projector.ready);
      await projector.end('SIGTERM');
    }
    expect(await everything(owner)).toEqual(await everything(stand.owner));
    expect((await owner.query('select from log.void_records')).rowCount).toBe(0);
  });
});
