import { randomUUID } from 'node:crypto';
import { runCli } from '@ftm/cli/testing/run-cli';
import { streamId } from '@ftm/contracts/ids';
import { eventually } from '@ftm/event-log/testing/environment';
import { LEADERS } from '@ftm/postgres/leading';
import { takeFromLeader } from '@ftm/postgres/testing/leading';
import { pause } from '@ftm/runtime/backoff';
import { createPool, withTenant } from '@ftm/postgres/pool';
import { gateAnswered, suiteCreated, type AuthoredRecord } from './testing/log-author.ts';
import { startProjector, type ProjectorProcess } from './testing/projector-process.ts';
import {
  createStand,
  differences,
  foldedRows,
  freshTenant,
  journalCount,
  projectedRows,
  writeStory,
  type Stand,
} from './testing/stand.ts';

interface Shown {
  readonly generation: number;
  readonly status: string;
  readonly reason: string | null;
  readonly folded: boolean;
  readonly events: number;
}

describe('a rebuild of the read models', () => {
  let stand: Stand;
  let projector: ProjectorProcess;
  const sent: AuthoredRecord[] = [];

  const launch = async (): Promise<void> => {
    projector = await startProjector({
      FTM_KAFKA_BROKERS: stand.connection.brokers.join(','),
      FTM_REGISTRY_URL: stand.registryUrl,
      FTM_EVENTS_TOPIC: stand.topic,
      FTM_DATABASE_URL: stand.database.url('ftm_projector'),
      // Small steps, so that there is always one under way.
      FTM_REBUILD_STEP_EVENTS: '20',
    });
  };
  const isReady = (): Promise<void> => eventually('the projector is ready', () => projector.ready(), 30_000);
  const ftm = (...args: readonly string[]) =>
    runCli(args, {
      FTM_OPERATOR_URLS: projector.url,
      FTM_OPERATOR_TOKEN: 'projector-test-token',
      FTM_ACTOR: 'ops',
    });
  const send = async (records: readonly AuthoredRecord[]): Promise<void> => {
    await stand.author.send(records);
    sent.push(...records);
  };
  const feed = async (tenants: number, eventsEach: number): Promise<void> => {
    for (let each = 0; each < tenants; each += 1)
      await send(await writeStory(stand.author, freshTenant(), eventsEach));
  };
  const projected = (): Promise<void> =>
    eventually('all is projected', async () => (await journalCount(stand.owner)) >= sent.length, 60_000);
  const generations = async (): Promise<Shown[]> => {
    const { rows } = await stand.owner.query<Shown>(
      'select generation, status, reason, folded, events::int as events from log.generations order by generation',
    );
    return rows;
  };
  const live = async (): Promise<number> =>
    (await generations()).find(({ status }) => status === 'live')?.generation ?? 0;
  /** Every row as Postgres writes it out, of every table. */
  const texts = async (generation: number): Promise<string[]> => {
    const { rows: tables } = await stand.owner.query<{ name: string }>(
      'select tablename as name from pg_tables where schemaname = $1 order by 1',
      [`rm_v${generation}`],
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const { rows } = await stand.owner.query<{ text: string }>(
        `select each::text as text from rm_v${generation}.${name} each order by tenant_id, id`,
      );
      found.push(...rows.map(({ text }) => `${name} ${text}`));
    }
    return found;
  };

  beforeAll(async () => {
    stand = await createStand(3);
    await launch();
    await isReady();
  });
  afterAll(async () => {
    await projector.end('SIGKILL');
    await stand.close();
  });

  it('gives what serves already, byte for byte, and takes its place', async () => {
    await feed(6, 40);
    await projected();
    const { code, stdout } = await ftm('projections', 'rebuild');
    expect(stdout).toContain('Generation 2 is live: 240 events, 24 rows copied.');
    expect(code).toBe(0);
    expect(await generations()).toMatchObject([
      { generation: 1, status: 'retired' },
      { generation: 2, status: 'live' },
    ]);
    const before = await texts(1);
    expect(before).toHaveLength(24);
    expect(await texts(2)).toEqual(before);
    // What comes now goes into the new one only.
    await feed(1, 4);
    await projected();
    expect(differences(await projectedRows(stand.owner), await foldedRows(stand.owner, sent))).toEqual([]);
    expect(await texts(1)).toEqual(before);
  });

  it('keeps tenants apart as before, and lets the old ones be dropped, but never the live ones', async () => {
    const api = createPool({ url: stand.database.url('ftm_api'), applicationName: 'rebuild-test' });
    try {
      const tenant = sent[0]?.key ?? '';
      const { rows } = await withTenant(api, tenant, (client) =>
        client.query<{ tenant_id: string }>('select distinct tenant_id from ftm.ftm_eval_suites'),
      );
      expect(rows).toEqual([{ tenant_id: tenant }]);
      expect((await api.query('select 1 from ftm.ftm_eval_suites')).rowCount).toBe(0);
      await expect(api.query('select 1 from rm_v1.ftm_eval_suites')).resolves.toMatchObject({ rowCount: 0 });
    } finally {
      await api.end();
    }
    expect((await ftm('projections', 'drop', '1')).stdout).toContain('Generation 1 is dropped.');
    expect(await ftm('projections', 'drop', '1')).toMatchObject({ code: 2 });
    expect(await ftm('projections', 'drop', '2')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('it is live') as string,
    });
    expect((await ftm('projections', 'list')).stdout).toMatch(/^generation .*\n2 +live /);
  });

  it('under load, and killed again and again on its way, loses nothing and repeats nothing', async () => {
    const before = await live();
    await feed(20, 40);
    await projected();
    const enough = new AbortController();
    const load = (async () => {
      while (!enough.signal.aborted) {
        await feed(1, 20);
        await pause(50, enough.signal);
      }
    })();
    let kills = 0;
    try {
      await ftm('projections', 'rebuild', '--no-wait');
      for (let seen = 0; (await live()) === before;) {
        const [building] = (await generations()).filter(({ status }) => status === 'building');
        if (kills >= 3 || building === undefined || building.folded || building.events <= seen) continue;
        seen = building.events;
        await projector.end('SIGKILL');
        kills += 1;
        await launch();
      }
      await isReady();
    } finally {
      enough.abort();
      await load;
    }
    expect(kills).toBeGreaterThan(1);
    await projected();
    expect(differences(await projectedRows(stand.owner), await foldedRows(stand.owner, sent))).toEqual([]);
    expect((await stand.owner.query('select from log.parked')).rowCount).toBe(0);
  });

  it('leaves parked events parked; they are not replayed while it runs', async () => {
    const tenant = freshTenant();
    const stream = streamId('eval-suite', randomUUID());
    const value = Buffer.from('no event');
    await send([
      await stand.author.write(tenant, stream, suiteCreated('s')),
      await stand.author.write(tenant, stream, gateAnswered('ok')),
      await stand.author.write(tenant, stream, gateAnswered('poison'), { value }),
      await stand.author.write(tenant, stream, gateAnswered('later')),
    ]);
    await projected();
    const old = await live();
    const versionIn = async (generation: number) =>
      (
        await stand.owner.query<{ version: number }>(
          `select version from rm_v${generation}.ftm_eval_suites where tenant_id = $1`,
          [tenant],
        )
      ).rows;
    expect(await versionIn(old)).toEqual([{ version: 2 }]);

    // Nobody builds while another has the lead.
    const blocker = await stand.owner.connect();
    await takeFromLeader(stand.owner, blocker, LEADERS.rebuilder);
    await ftm('projections', 'rebuild', '--no-wait');
    expect(await ftm('dlq', 'replay', tenant, stream)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('replay them when it has ended') as string,
    });
    blocker.release(true);
    await eventually('it is live', async () => (await live()) > old, 30_000);
    expect(await versionIn(await live())).toEqual([{ version: 2 }]);
    expect((await ftm('dlq', 'replay', tenant, stream)).stdout).toContain('2 left');
  });

  it('that meets an event which this version cannot take fails with its place, and the old one serves on', async () => {
    const old = await live();
    const { rows } = await stand.owner.query<{ partition: number; offset: string }>(
      'update log.journal set value = $2 where tenant_id = (select tenant_id from log.journal where event_id = $1) and seq = 1 returning partition, "offset"',
      [sent[0]?.envelope.id, Buffer.from('spoilt')],
    );
    const { code, stderr } = await ftm('projections', 'rebuild');
    expect(code).toBe(2);
    expect(stderr).toContain(`the event at ${rows[0]?.partition}:${rows[0]?.offset} cannot be taken`);
    expect(await live()).toBe(old);
    await feed(1, 4);
    await projected();
    const failed = (await generations()).find(({ status }) => status === 'failed')?.generation;
    expect((await ftm('projections', 'drop', String(failed))).code).toBe(0);
  });
});
