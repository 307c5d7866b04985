import { randomUUID } from 'node:crypto';
import { streamId } from '@ftm/contracts/ids';
import { eventually } from '@ftm/event-log/testing/environment';
import { claimPartition } from '@ftm/postgres/checkpoints';
import { createPool, type Pool } from '@ftm/postgres/pool';
import { createTestDatabase } from '@ftm/postgres/testing/database';
import { runProjection, type ProjectionEvent } from '@ftm/projection/projection';
import { keepInJournal } from './journal.ts';
import { applyToReadModels } from './read-models.ts';
import { gateAnswered, pointerMoved, suiteCreated, type AuthoredRecord } from './testing/log-author.ts';
import {
  createStand,
  differences,
  foldedRows,
  freshTenant,
  journalCount,
  journalOf,
  journalRows,
  projectedRows,
  writeStory,
  type Stand,
} from './testing/stand.ts';
import { traceBatch } from './tracing.ts';

describe('the projector', () => {
  let stand: Stand;
  let pool: Pool;
  let stop: () => Promise<void>;
  let events: ProjectionEvent[];
  /** All that must be in the read models, and all that must be in the journal. */
  const applied: AuthoredRecord[] = [];
  const kept: AuthoredRecord[] = [];

  function start(into = pool, groupSuffix?: string): () => Promise<void> {
    return runProjection({
      kafka: stand.connection,
      topic: stand.topic,
      registry: stand.registry,
      pool: into,
      groupSuffix,
      consumer: 'journal',
      sessionTimeoutMs: 6000,
      keep: keepInJournal,
      apply: (client, some) => applyToReadModels(client, 'rm_v1', some),
      around: traceBatch,
      onEvent: (event) => void events.push(event),
    }).stop;
  }
  beforeAll(async () => {
    stand = await createStand(2);
    pool = createPool({ url: stand.database.url('ftm_projector'), applicationName: 'projector-test' });
  });
  beforeEach(() => {
    events = [];
    stop = start();
  });
  afterEach(() => stop());
  afterAll(async () => {
    await pool.end();
    await stand.close();
  });

  async function expectTruth(): Promise<void> {
    await eventually('the journal has all', async () => (await journalCount(stand.owner)) >= kept.length);
    expect(await journalRows(stand.owner)).toEqual(journalOf(kept));
    expect(differences(await projectedRows(stand.owner), await foldedRows(stand.owner, applied))).toEqual([]);
  }
  async function sendGood(...records: AuthoredRecord[]): Promise<void> {
    await stand.author.send(records);
    applied.push(...records);
    kept.push(...records);
  }
  const asides = async (table: 'parked' | 'void_records', tenant: string): Promise<string[]> =>
    (
      await stand.owner.query<{ reason: string }>(
        `select reason from log.${table} where tenant_id = $1 order by partition, "offset"`,
        [tenant],
      )
    ).rows.map((row) => row.reason);

  it('makes the journal and the read models of several tenants', async () => {
    for (let tenants = 0; tenants < 4; tenants += 1)
      await sendGood(...(await writeStory(stand.author, freshTenant(), 60)));
    await expectTruth();
  });

  it('goes on where it was, and takes nothing twice', async () => {
    const before = await stand.owner.query('select xmin, ctid, * from log.journal order by tenant_id, seq');
    await stop();
    stop = start();
    await eventually('claimed', () => events.filter((each) => each.kind === 'claimed').length >= 2);
    const again = kept.slice(0, 10);
    // The same records written once more do not extend the chain: they are void.
    await stand.author.send(again);
    await eventually('void', () => events.filter((each) => each.kind === 'void_record').length === 10);
    await expectTruth();
    const after = await stand.owner.query('select xmin, ctid, * from log.journal order by tenant_id, seq');
    expect(after.rows).toEqual(before.rows);
  });

  it('claims again when another has taken its partition', async () => {
    await eventually('claimed', () => events.filter((each) => each.kind === 'claimed').length >= 2);
    await Promise.all([0, 1].map((partition) => claimPartition(pool, 'journal', partition)));
    for (let tenants = 0; tenants < 6; tenants += 1)
      await sendGood(...(await writeStory(stand.author, freshTenant(), 8)));
    await expectTruth();
    expect(events.some((each) => each.kind === 'lost')).toBe(true);
  });

  it('passes over records that do not extend the chain, and takes what does', async () => {
    const tenant = freshTenant();
    const stream = streamId('eval-suite', randomUUID());
    const write = stand.author.write;
    await sendGood(await write(tenant, stream, suiteCreated('a')));
    const outside = true;
    await stand.author.send([
      await write(tenant, stream, gateAnswered('gap'), { outside, envelope: { seq: 3 } }),
      await write(tenant, stream, gateAnswered('fork'), { outside, envelope: { prev: 'a'.repeat(64) } }),
      await write(tenant, stream, gateAnswered('edited'), {
        outside,
        headers: { ftm_actor: 'someone else' },
      }),
      await write(tenant, stream, gateAnswered('no envelope'), { outside, headers: { ftm_seq: 'many\0' } }),
      { key: tenant, headers: {}, value: Buffer.from('anything') },
      { ...(await write(tenant, stream, gateAnswered('moved'), { outside })), key: 'no tenant/\0' },
    ]);
    await sendGood(await write(tenant, stream, gateAnswered('good')));
    await expectTruth();
    const reasons = await asides('void_records', tenant);
    expect(reasons).toHaveLength(5);
    expect(reasons.slice(0, 3)).toEqual([
      'seq 3 does not follow 1',
      'prev is not the hash of seq 1',
      'hash of seq 2 is not that of its content',
    ]);
    await eventually('the record with a foreign key', async () =>
      (await asides('void_records', 'no tenant/\uFFFD')).includes('the key is no tenant'),
    );
  });

  it('parks what it cannot project with what follows in the stream, and goes on with the rest', async () => {
    const tenant = freshTenant();
    const good = streamId('eval-suite', randomUUID());
    const write = stand.author.write;
    await sendGood(await write(tenant, good, suiteCreated('good')));
    const poison = {
      undecodable: { value: Buffer.from([0, 0, 0, 0, 1, 255, 255]) },
      unframed: { value: Buffer.alloc(0) },
      unknownType: { envelope: { type: 'ftm.future.SomethingNew' } },
      skipped: { envelope: { version: 5 } },
    };
    const parked: AuthoredRecord[] = [];
    for (const [name, oddity] of Object.entries(poison)) {
      const stream = streamId('eval-suite', randomUUID());
      const first = await write(tenant, stream, suiteCreated(name));
      await sendGood(first);
      parked.push(await write(tenant, stream, gateAnswered(name), oddity));
      parked.push(await write(tenant, stream, gateAnswered('after')));
      await stand.author.send(parked.slice(-2));
      await sendGood(await write(tenant, good, gateAnswered('between')));
    }
    // An event that cannot follow, one on a foreign stream, and one that jsonb cannot hold: each begins its stream.
    for (const event of [gateAnswered('too early'), suiteCreated('foreign'), suiteCreated('with \0')]) {
      const aggregate =
        event.type === 'EvalSuiteCreated' && event.data.name === 'foreign' ? 're-eval' : 'eval-suite';
      const stream = streamId(aggregate, randomUUID());
      parked.push(await write(tenant, stream, event), await write(tenant, stream, gateAnswered('after')));
      await stand.author.send(parked.slice(-2));
    }
    // One that its table would refuse, though not the state after the next event.
    const refused = streamId('production-pointer', randomUUID());
    parked.push(await write(tenant, refused, pointerMoved('not a uuid')));
    parked.push(await write(tenant, refused, pointerMoved(randomUUID())));
    await stand.author.send(parked.slice(-2));
    kept.push(...parked);
    await sendGood(await write(tenant, good, gateAnswered('last')));
    await expectTruth();
    const reasons = await asides('parked', tenant);
    expect(reasons).toHaveLength(16);
    expect(reasons.filter((each) => each === 'an earlier event of the stream is parked')).toHaveLength(8);
    expect(reasons).toEqual(
      expect.arrayContaining([
        'unknown event type ftm.future.SomethingNew',
        'version 5 does not follow 1',
        'GateAnswered cannot follow the status absent',
        'EvalSuiteCreated does not belong on a stream of re-eval',
        'a text in it has a NUL',
        'model_version_id is no UUID',
      ]),
    );
  });

  it('does not stop for records that cannot even be kept', async () => {
    const tenant = freshTenant();
    const write = stand.author.write;
    const stream = streamId('eval-suite', randomUUID());
    const taken = streamId('eval-suite', randomUUID());
    await sendGood(
      await write(tenant, stream, suiteCreated('good')),
      await write(tenant, taken, suiteCreated('x')),
    );
    const unkept = [
      { envelope: { stream: 'eval-suite/not-a-uuid' as const } },
      { envelope: { stream: 'nonsense' as 'eval-suite/' } },
      { envelope: { id: 'not-a-uuid' } },
      { envelope: { time: 'yesterday' } },
      { envelope: { version: 2 ** 40 } },
      { envelope: { actor: 'a\0b' } },
      { envelope: { stream: taken, version: 1 } },
    ];
    const records: AuthoredRecord[] = [];
    for (const oddity of unkept)
      records.push(
        await write(tenant, streamId('eval-suite', randomUUID()), suiteCreated('odd'), oddity),
        await write(tenant, stream, gateAnswered('good')),
      );
    await stand.author.send(records);
    const good = records.filter((_, index) => index % 2 === 1);
    applied.push(...good);
    kept.push(...good);
    await sendGood(await write(tenant, stream, gateAnswered('last')));
    await expectTruth();
    expect(await asides('parked', tenant)).toEqual([
      'ce_subject names no UUID',
      'ce_subject is no stream',
      'ce_id is no UUID',
      'ce_time is no time in UTC',
      'ftm_version is out of range',
      'a header has a NUL in it',
      expect.stringContaining('the database refuses it: duplicate key'),
    ]);
  });

  it('makes the whole of another database too, when its group is another one', async () => {
    const database = await createTestDatabase();
    const [owner, other] = [database.ownerUrl, database.url('ftm_projector')].map((url) =>
      createPool({ url, applicationName: 'projector-test-other' }),
    );
    if (owner === undefined || other === undefined) throw new Error('no pools');
    const stopOther = start(other, 'other');
    try {
      await eventually('it has all', async () => (await journalCount(owner)) >= kept.length);
      expect(await journalRows(owner)).toEqual(journalOf(kept));
      await sendGood(...(await writeStory(stand.author, freshTenant(), 8)));
      await expectTruth();
      await eventually('and what comes', async () => (await journalCount(owner)) >= kept.length);
    } finally {
      await stopOther();
      await Promise.all([owner.end(), other.end()]);
      await database.drop();
    }
  });

  it('waits while the database is away, and catches up when it is back', async () => {
    const name = new URL(stand.database.ownerUrl).pathname.slice(1);
    await stand.admin(`alter database ${name} allow_connections false`);
    await stand.admin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
    const tenant = freshTenant();
    const records = await writeStory(stand.author, tenant, 12);
    await sendGood(...records);
    const more = await stand.author.write(
      tenant,
      streamId('production-pointer', randomUUID()),
      pointerMoved(randomUUID()),
    );
    await sendGood(more);
    await eventually('it notices', () => events.some((each) => each.kind === 'problem'));
    await stand.admin(`alter database ${name} allow_connections true`);
    await eventually('it is back', () =>
      stand.owner.query('select 1').then(
        () => true,
        () => false,
      ),
    );
    await expectTruth();
  });
});
