import { randomUUID } from 'node:crypto';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import { streamId, tenantId, type TenantId } from '@ftm/contracts/ids';
import { modelRegistered } from '@ftm/domain/testing/examples';
import { createPool, withTransaction, type Pool } from '@ftm/postgres/pool';
import { createTestDatabase, type TestDatabase } from '@ftm/postgres/testing/database';
import type { ProjectedEvent } from '@ftm/projection/projection';
import { createLab, createSkippingClock } from '../fine-tune/testing/lab.ts';
import { createOpenAiProvider } from '../provider/openai-provider.ts';
import { startSimulator, type Simulator } from '../provider/testing/simulator.ts';
import { lookAtModels } from './end-of-life.ts';
import { createWatchList, noteModels } from './watch-list.ts';

const KEY = 'end-of-life-key';
const TENANT = tenantId('acme');
const BASE = 'gpt-4.1-nano-2025-04-14';
const DAY_MS = 86_400_000;
let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator([KEY]);
});
afterAll(() => simulator.dispose());

const clock = createSkippingClock(() => 0.5);
const lab = createLab(clock);
const dateIn = (days: number): string => new Date(clock.now() + days * DAY_MS).toISOString().slice(0, 10);
const retire = (date: string | null) =>
  simulator.admin('POST', `/models/${BASE}/retirement`, { shutdown_date: date });

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url('ftm_runner'), applicationName: 'test' });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const TENANT_ERASED: FtmEvent = {
  type: 'TenantErased',
  data: { requestedBy: 'user:ada', confirmedBy: 'user:bob', reason: 'r', dataKeys: 1 },
};

/** On the log, and in the list as the projection puts it there. */
async function append(tenant: TenantId, id: string, event: FtmEvent): Promise<void> {
  const stream = event.type === 'TenantErased' ? streamId('tenant', id) : streamId('model-version', id);
  await lab.append(tenant, stream, event);
  await project([{ event, tenant, stream }]);
}
const project = (events: readonly { event: FtmEvent; tenant: TenantId; stream: string }[]): Promise<void> =>
  withTransaction(pool, (client) =>
    noteModels(
      client,
      events.map(({ event, tenant, stream }) => ({
        event,
        envelope: {
          tenantId: tenant,
          stream,
          id: 'cause',
          correlation: 'chain',
        } as ProjectedEvent['envelope'],
      })),
    ),
  );
async function registered(baseModel = BASE): Promise<string> {
  const id = randomUUID();
  await append(TENANT, id, {
    type: 'ModelVersionRegistered',
    data: { ...modelRegistered, baseModel, providerModelId: 'ft:gone' },
  });
  return id;
}
let asked: string[][] = [];
function look(apiKey = KEY): Promise<number> {
  const provider = createOpenAiProvider({ baseUrl: simulator.baseUrl, apiKey });
  return lookAtModels(
    createWatchList(pool),
    lab.tools({
      clock,
      providerFor: async () => ({
        ...provider,
        shutdownDates(models) {
          asked.push([...models]);
          return provider.shutdownDates(models);
        },
      }),
    }),
  );
}
/** Everything that there is in the list: id → when it is looked at again, in ms from now. */
async function waits(): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ id: string; at: Date }>(
    'select model_version_id as id, look_at as at from work.model_watches',
  );
  return new Map(rows.map(({ id, at }) => [id, Math.round((Number(at) - clock.now()) / 60_000) * 60_000]));
}
const told = async (id: string) =>
  (await lab.history(TENANT, streamId('model-version', id)))
    .slice(1)
    .map((event) => [
      event.type.replace('ModelEndOfLife', ''),
      event.type === 'ModelEndOfLifeWarned'
        ? event.data.withinDays
        : (event.data as { shutdownDate: string }).shutdownDate,
    ]);

describe('the watch over registered models', () => {
  beforeEach(async () => {
    await pool.query('delete from work.model_watches');
    asked = [];
  });

  it('announces the shutdown of a base, warns at each limit once, looks again every day, and starts over when the date moves', async () => {
    const id = await registered();
    expect(await look()).toBe(1);
    expect(await waits()).toEqual(new Map([[id, DAY_MS]]));
    expect(await told(id)).toEqual([]);
    expect(await look()).toBe(0);

    const first = dateIn(200);
    await retire(first);
    for (let days = 0; days < 185; days += 5) {
      clock.skip(5 * DAY_MS);
      expect(await look()).toBe(1);
    }
    expect(await told(id)).toEqual([
      ['Announced', first],
      ['Warned', 180],
      ['Warned', 90],
      ['Warned', 30],
    ]);

    const moved = dateIn(100);
    await retire(moved);
    clock.skip(DAY_MS);
    await look();
    expect((await told(id)).slice(4)).toEqual([
      ['Announced', moved],
      ['Warned', 180],
    ]);
    await retire(null);
  });

  it('asks once for many models of a project, and tells each what is true of it', async () => {
    const date = dateIn(200);
    await retire(date);
    const ids = [await registered(), await registered('another'), await registered()];
    expect(await look()).toBe(3);
    expect(asked).toHaveLength(1);
    expect(await Promise.all(ids.map(told))).toEqual([[['Announced', date]], [], [['Announced', date]]]);
    await retire(null);
  });

  it('goes on when the provider cannot be asked, an hour later', async () => {
    const id = await registered();
    expect(await look('wrong')).toBe(1);
    expect(await told(id)).toEqual([]);
    expect(await waits()).toEqual(new Map([[id, 3_600_000]]));
  });

  it('ends when the model is retired or its tenant erased, in whatever batches that is projected', async () => {
    const [retired, erased, kept] = [await registered(), randomUUID(), await registered()];
    const other = tenantId('globex');
    await append(other, erased, { type: 'ModelVersionRegistered', data: modelRegistered });
    expect([...(await waits()).keys()].sort()).toEqual([retired, erased, kept].sort());
    await append(TENANT, retired, { type: 'ModelVersionRetired', data: { reason: 'r' } });
    await append(other, randomUUID(), TENANT_ERASED);
    expect([...(await waits()).keys()]).toEqual([kept]);

    const [short, again] = [randomUUID(), randomUUID()];
    const registration = { type: 'ModelVersionRegistered' as const, data: modelRegistered };
    const at = (id: string) => streamId('model-version', id);
    await project([
      { event: registration, tenant: TENANT, stream: at(short) },
      { event: registration, tenant: other, stream: at(again) },
      { event: { type: 'ModelVersionRetired', data: { reason: 'r' } }, tenant: TENANT, stream: at(short) },
      { event: TENANT_ERASED, tenant: other, stream: 'tenant/x' },
      // A replay of what is there already changes nothing.
      { event: registration, tenant: TENANT, stream: at(kept) },
    ]);
    expect([...(await waits()).keys()]).toEqual([kept]);
  });

  it('says nothing of a model that the log has retired, and the list not yet', async () => {
    const id = await registered();
    await lab.append(TENANT, streamId('model-version', id), {
      type: 'ModelVersionRetired',
      data: { reason: 'r' },
    });
    await retire(dateIn(10));
    await look();
    expect((await lab.history(TENANT, streamId('model-version', id))).map(({ type }) => type)).toEqual([
      'ModelVersionRegistered',
      'ModelVersionRetired',
    ]);
    await retire(null);
  });
});
