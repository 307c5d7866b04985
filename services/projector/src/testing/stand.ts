import { randomUUID } from 'node:crypto';
import { parseStreamId, streamId, tenantId, type StreamId, type TenantId } from '@ftm/contracts/ids';
import { fold, type StateOf } from '@ftm/domain/aggregates';
import { createRegistry } from '@ftm/event-log/registry';
import { createTopic, environment } from '@ftm/event-log/testing/environment';
import { createPool, type Pool } from '@ftm/postgres/pool';
import { createTestDatabase } from '@ftm/postgres/testing/database';
import { READ_MODELS } from '@ftm/read-models/read-models';
import {
  createLogAuthor,
  gateAnswered,
  pointerMoved,
  reEvalScheduled,
  regressionDetected,
  suiteCreated,
  type AuthoredRecord,
  type LogAuthor,
} from './log-author.ts';

/** A topic and a database of their own on the real parts. */
export async function createStand(partitions: number) {
  const { connection, registryUrl } = environment();
  const registry = createRegistry(registryUrl);
  await registry.registerAll();
  const [{ topic, drop }, database] = await Promise.all([
    createTopic(connection, partitions),
    createTestDatabase(),
  ]);
  const author = createLogAuthor(connection, registry, topic);
  const owner = createPool({ url: database.ownerUrl, applicationName: 'test-owner' });
  return {
    connection,
    registry,
    registryUrl,
    topic,
    database,
    author,
    /** Sees everything. */
    owner,
    /** Runs a statement in another database of the same server. */
    async admin(sql: string): Promise<void> {
      const admin = createPool({
        url: process.env['FTM_OWNER_DATABASE_URL'] ?? '',
        applicationName: 'admin',
        max: 1,
      });
      await admin.query(sql).finally(() => admin.end());
    },
    async close() {
      await author.close();
      await owner.end();
      await Promise.all([drop(), database.drop()]);
    },
  };
}

export type Stand = Awaited<ReturnType<typeof createStand>>;

export const freshTenant = (): TenantId => tenantId(`t-${randomUUID()}`);

/** Some streams of several aggregates with some events each, interleaved. */
export async function writeStory(
  author: LogAuthor,
  tenant: TenantId,
  events: number,
): Promise<AuthoredRecord[]> {
  const streams: readonly StreamId[] = [
    streamId('eval-suite', randomUUID()),
    streamId('production-pointer', randomUUID()),
    streamId('re-eval', randomUUID()),
    streamId('eval-suite', randomUUID()),
  ];
  const records: AuthoredRecord[] = [];
  for (let index = 0; index < events; index += 1) {
    const stream = streams[index % streams.length] ?? streams[0];
    if (stream === undefined) break;
    records.push(await author.write(tenant, stream, storyEvent(stream, index < streams.length, index)));
  }
  return records;
}

function storyEvent(stream: StreamId, first: boolean, index: number) {
  const { aggregate } = parseStreamId(stream);
  if (aggregate === 'production-pointer') return pointerMoved(randomUUID());
  if (aggregate === 're-eval')
    return first ? reEvalScheduled(randomUUID()) : regressionDetected(-1 / (index + 1));
  return first ? suiteCreated(`suite-${index}`) : gateAnswered(`decision-${index}`);
}

/** What the read models must hold: each stream folded from its beginning, as `<tenant> <stream>` → canonical text of the state. */
export async function foldedRows(
  owner: Pool,
  records: readonly AuthoredRecord[],
): Promise<Map<string, string>> {
  const streams = new Map<string, AuthoredRecord[]>();
  for (const record of records) {
    const key = `${record.key} ${record.envelope.stream}`;
    streams.set(key, [...(streams.get(key) ?? []), record]);
  }
  const rows = new Map<string, string>();
  for (const [key, some] of streams) {
    const { aggregate } = parseStreamId(some[0]?.envelope.stream ?? '');
    const state: StateOf<typeof aggregate> = fold(
      aggregate,
      some.map(({ event, envelope }) => ({ event, meta: envelope })),
    );
    rows.set(key, JSON.stringify(state));
  }
  const { rows: canonical } = await owner.query<{ text: string }>(
    'select each::jsonb::text as text from unnest($1::text[]) with ordinality as t (each, n) order by n',
    [[...rows.values()]],
  );
  return new Map([...rows.keys()].map((key, index) => [key, canonical[index]?.text ?? '']));
}

/** What the live ones do hold. */
export async function projectedRows(owner: Pool): Promise<Map<string, string>> {
  const { rows: live } = await owner.query<{ schema: string }>('select log.live_schema() as schema');
  const found = new Map<string, string>();
  for (const [aggregate, { table }] of Object.entries(READ_MODELS)) {
    const { rows } = await owner.query<{ tenant_id: string; id: string; state: string }>(
      `select tenant_id, id, state::text as state from ${live[0]?.schema ?? ''}.${table}`,
    );
    for (const row of rows) found.set(`${row.tenant_id} ${aggregate}/${row.id}`, row.state);
  }
  return found;
}

/** Keys whose texts are not the same, with the beginnings of both. */
export function differences(
  found: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): string[] {
  const keys = new Set([...found.keys(), ...wanted.keys()]);
  return [...keys].flatMap((key) => {
    const [a, b] = [found.get(key), wanted.get(key)];
    return a === b ? [] : [`${key}: ${a?.slice(0, 300) ?? 'missing'} ≠ ${b?.slice(0, 300) ?? 'nothing'}`];
  });
}

export interface JournalRow {
  readonly tenant_id: string;
  readonly seq: number;
  readonly headers: Record<string, string>;
  readonly value: string;
}

export async function journalRows(owner: Pool): Promise<JournalRow[]> {
  const { rows } = await owner.query<JournalRow>(
    `select tenant_id, seq::int as seq, headers, encode(value, 'base64') as value from log.journal order by tenant_id collate "C", seq`,
  );
  return rows.map((row) => ({ ...row, value: row.value.replaceAll('\n', '') }));
}

export function journalOf(records: readonly AuthoredRecord[]): JournalRow[] {
  return records
    .map(({ key, envelope, headers, value }) => ({
      tenant_id: key,
      seq: envelope.seq,
      headers,
      value: value.toString('base64'),
    }))
    .sort((a, b) => (a.tenant_id === b.tenant_id ? a.seq - b.seq : a.tenant_id < b.tenant_id ? -1 : 1));
}

export async function journalCount(owner: Pool): Promise<number> {
  const { rows } = await owner.query<{ n: number }>('select count(*)::int as n from log.journal');
  return rows[0]?.n ?? 0;
}
