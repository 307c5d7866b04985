import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@ftm/event-log/testing/environment';
import { createOrchestratorClient } from '@ftm/orchestrator/client';
import { saveHeads } from '@ftm/postgres/checkpoints';
import { insertJournal } from '@ftm/postgres/journal';
import { createPool, withTransaction, type Pool } from '@ftm/postgres/pool';
import type { Logger } from '@ftm/runtime/logger';
import { startAuditForwarder, type AuditForwarder } from './audit-forwarder.ts';
import type { AuthoredRecord } from './testing/log-author.ts';
import { SERVICE_KEY, startOrchestrator, type OrchestratorProcess } from './testing/orchestrator-process.ts';
import { createStand, freshTenant, writeStory, type Stand } from './testing/stand.ts';

describe('the audit forwarder', () => {
  let stand: Stand;
  let pool: Pool;
  let directory: string;
  let orchestrator: OrchestratorProcess;
  let offset = 0n;
  const running = new Set<AuditForwarder>();
  const said: { level: string; message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const log =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      void said.push({ level, message, fields });
  const logger: Logger = { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug') };

  function start(url = orchestrator.url): AuditForwarder {
    const client = createOrchestratorClient({ baseUrl: url, serviceKey: SERVICE_KEY, timeoutMs: 2000 });
    const forwarder = startAuditForwarder({
      pool,
      orchestrator: client,
      logger,
      pollMs: 20,
      batchSize: 7,
      batchBytes: 1000,
    });
    running.add(forwarder);
    return forwarder;
  }
  async function stop(forwarder: AuditForwarder): Promise<void> {
    running.delete(forwarder);
    await forwarder.stop();
  }
  /** Puts records where the projector does. */
  async function journal(records: readonly AuthoredRecord[]): Promise<void> {
    await withTransaction(pool, async (client) => {
      await insertJournal(
        client,
        records.map(({ envelope, headers, value }) => ({
          ...envelope,
          eventId: envelope.id,
          partition: 0,
          offset: (offset += 1n),
          headers,
          value,
        })),
      );
      const heads = records.map(({ envelope }) => [envelope.tenantId, envelope] as const);
      await saveHeads(client, 'journal', new Map(heads));
    });
  }
  async function expectCopy(records: readonly AuthoredRecord[]): Promise<void> {
    const tenant = records[0]?.key ?? '';
    await eventually('all is there', async () => (await orchestrator.audit(tenant)).length >= records.length);
    const copy = (await orchestrator.audit(tenant)).map(({ seq, hash, value_base64 }) => ({
      seq,
      hash,
      value_base64,
    }));
    expect(copy).toEqual(
      records.map(({ envelope, value }) => ({
        seq: envelope.seq,
        hash: envelope.hash,
        value_base64: value.toString('base64'),
      })),
    );
  }

  beforeAll(async () => {
    stand = await createStand(1);
    pool = createPool({
      url: stand.database.url('ftm_projector'),
      applicationName: 'forwarder-test',
      max: 20,
    });
    directory = await mkdtemp(join(tmpdir(), 'ftm-audit-'));
    orchestrator = await startOrchestrator(join(directory, 'a'));
  });
  beforeEach(() => said.splice(0));
  afterEach(async () => {
    for (const forwarder of running) await stop(forwarder);
  });
  afterAll(async () => {
    await orchestrator.end();
    await pool.end();
    await stand.close();
    await rm(directory, { recursive: true });
  });

  it('brings all events of all tenants, in order, and goes on after a restart', async () => {
    const forwarder = start();
    const stories = await Promise.all([40, 3, 25].map((n) => writeStory(stand.author, freshTenant(), n)));
    for (const story of stories) await journal(story.slice(0, -2));
    for (const story of stories) await expectCopy(story.slice(0, -2));
    await stop(forwarder);
    for (const story of stories) await journal(story.slice(-2));
    start();
    for (const story of stories) await expectCopy(story);
    expect(said).toEqual([]);
  });

  it('goes on by itself after the Orchestrator was away', async () => {
    start();
    await orchestrator.fault({ target: 'audit', kind: 'error', status: 503, times: 3 });
    const story = await writeStory(stand.author, freshTenant(), 30);
    await journal(story);
    await expectCopy(story);
    expect(said.some((each) => each.message === 'could not forward audit events')).toBe(true);
  });

  it('repeats what an Orchestrator has lost', async () => {
    start();
    const story = await writeStory(stand.author, freshTenant(), 12);
    await journal(story.slice(0, 10));
    await expectCopy(story.slice(0, 10));
    // Restored from nothing, under the same address.
    await orchestrator.end();
    orchestrator = await startOrchestrator(join(directory, 'b'), Number(new URL(orchestrator.url).port));
    await journal(story.slice(10));
    await expectCopy(story);
  });

  it('stops for a tenant whose copy differs, with an alarm, and for no other', async () => {
    const [mine, other] = [
      await writeStory(stand.author, freshTenant(), 5),
      await writeStory(stand.author, freshTenant(), 5),
    ];
    const client = createOrchestratorClient({ baseUrl: orchestrator.url, serviceKey: SERVICE_KEY });
    const first = mine[0];
    if (first === undefined) throw new Error('no story');
    const { tenantId, ...envelope } = first.envelope;
    await client.sendAuditEvents(tenantId, [{ ...envelope, hash: 'a'.repeat(64), value_base64: '' }]);
    start();
    await journal(mine);
    await journal(other);
    await expectCopy(other);
    await eventually('the alarm', () =>
      said.some((each) => each.level === 'error' && each.fields['tenant'] === tenantId),
    );
    expect(await orchestrator.audit(tenantId)).toHaveLength(1);
    expect(said.filter((each) => each.level === 'error')).toHaveLength(1);
  });

  it('sends nothing while the journal is behind what the Orchestrator has', async () => {
    const story = await writeStory(stand.author, freshTenant(), 10);
    const tenant = story[0]?.key ?? '';
    const first = start();
    await journal(story.slice(0, 6));
    await expectCopy(story.slice(0, 6));
    await stop(first);
    // A rebuild begins: the journal has the tenant's beginning only.
    await stand.owner.query('delete from log.journal where tenant_id = $1 and seq > 2', [tenant]);
    await stand.owner.query('update log.chain_heads set seq = 2 where tenant_id = $1', [tenant]);
    start();
    await journal(story.slice(2));
    await expectCopy(story);
    expect(said.filter((each) => each.fields['tenant'] === tenant)).toEqual([]);
  });

  it('has one leader; another takes over when it ends', async () => {
    const first = start();
    const story = await writeStory(stand.author, freshTenant(), 10);
    await journal(story.slice(0, 5));
    await expectCopy(story.slice(0, 5));
    // This one would fail, if it led.
    const second = start('http://127.0.0.1:1');
    const third = start();
    await journal(story.slice(5));
    await expectCopy(story);
    await stop(second);
    await stop(first);
    const more = await writeStory(stand.author, freshTenant(), 5);
    await journal(more);
    await expectCopy(more);
    expect(said.filter((each) => each.message === 'could not forward audit events')).toEqual([]);
    await stop(third);
  });
});
