import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import client from 'prom-client';
import { tenantId } from '@ftm/contracts/ids';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@ftm/event-log/testing/environment';
import { createOrchestratorClient } from '@ftm/orchestrator/client';
import { saveHeads } from '@ftm/postgres/checkpoints';
import { insertJournal } from '@ftm/postgres/journal';
import { createPool, withTransaction, type Pool } from '@ftm/postgres/pool';
import type { Logger } from '@ftm/runtime/logger';
import { startAuditForwarder, type AuditForwarder, type AuditForwarderOptions } from './audit-forwarder.ts';
import { createBell } from './bell.ts';
import type { AuthoredRecord } from './testing/log-author.ts';
import { SERVICE_KEY, startOrchestrator, type OrchestratorProcess } from './testing/orchestrator-process.ts';
import { startProjector } from './testing/projector-process.ts';
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

  function start(url = orchestrator.url, more: Partial<AuditForwarderOptions> = {}): AuditForwarder {
    const client = createOrchestratorClient({ baseUrl: url, serviceKey: SERVICE_KEY, timeoutMs: 2000 });
    const forwarder = startAuditForwarder({
      pool,
      orchestrator: client,
      logger,
      bell: createBell(),
      pollMs: 20,
      idleMs: 20,
      batchSize: 7,
      batchBytes: 1000,
      brokenRetryMs: 50,
      ...more,
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

  async function gaugeOf(name: string, tenant: string): Promise<number | undefined> {
    const found = await client.register.getSingleMetric(name)?.get();
    return found?.values.find(({ labels }) => labels['tenant'] === tenant)?.value;
  }
  /** Passes everything on; what the Orchestrator took is told before the sender hears of it. */
  async function startProxy(onAccepted: () => Promise<void>): Promise<{ server: Server; url: string }> {
    const server = createServer((request, response) => {
      void (async () => {
        const body: Buffer[] = [];
        for await (const chunk of request) body.push(chunk as Buffer);
        const { method = 'GET', url = '/' } = request;
        const answer = await fetch(`${orchestrator.url}${url}`, {
          method,
          headers: { authorization: `Bearer ${SERVICE_KEY}`, 'content-type': 'application/json' },
          ...(method === 'GET' ? {} : { body: Buffer.concat(body) }),
        });
        const text = await answer.text();
        if (method === 'POST' && answer.ok) await onAccepted();
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
      })().catch(() => response.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return { server, url: `http://127.0.0.1:${address.port}` };
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

  it('that has nothing to do is woken by the bell', async () => {
    const bell = createBell();
    start(orchestrator.url, { bell, idleMs: 3_600_000 });
    const story = await writeStory(stand.author, freshTenant(), 8);
    for (let done = 0; done < story.length; done += 4) {
      await journal(story.slice(done, done + 4));
      bell.ring();
      await expectCopy(story.slice(0, done + 4));
    }
  });

  it('goes on by itself after the Orchestrator was away', async () => {
    start();
    await orchestrator.fault({ target: 'audit', kind: 'error', status: 503, times: 3 });
    const story = await writeStory(stand.author, freshTenant(), 30);
    await journal(story);
    await eventually('it was refused', () =>
      said.some((each) => each.message === 'could not forward audit events'),
    );
    await expectCopy(story);
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

  it('waits for a tenant whose copy differs, with an alarm, and for no other; goes on when they are one again', async () => {
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
    // It is tried again, and nothing comes of it.
    await eventually(
      'the alarm, twice',
      () => said.filter((each) => each.level === 'error' && each.fields['tenant'] === tenantId).length >= 2,
    );
    expect(await gaugeOf('ftm_audit_broken', tenantId)).toBe(1);
    expect(await orchestrator.audit(tenantId)).toHaveLength(1);
    expect(
      said.filter((each) => each.level === 'error').every((each) => each.fields['tenant'] === tenantId),
    ).toBe(true);
    // Whoever looks after the copy has put away what was wrong.
    await orchestrator.end();
    orchestrator = await startOrchestrator(join(directory, 'c'), Number(new URL(orchestrator.url).port));
    await expectCopy(mine);
    await eventually('no alarm any more', async () => (await gaugeOf('ftm_audit_broken', tenantId)) === 0);
  });

  it('after a day without the Orchestrator brings all that has come meanwhile, in full batches, and the lag ends', async () => {
    const port = Number(new URL(orchestrator.url).port);
    const first = await writeStory(stand.author, freshTenant(), 3);
    const tenant = first[0]?.key ?? '';
    const forwarder = start(orchestrator.url, { batchSize: 500, batchBytes: 2_000_000 });
    await journal(first);
    await expectCopy(first);
    await orchestrator.end();
    const meanwhile = await writeStory(stand.author, tenantId(tenant), 4000);
    await journal(meanwhile);
    await eventually('the lag is seen', async () => (await gaugeOf('ftm_audit_lag_events', tenant)) === 4000);
    await eventually(
      'it is tried again and again',
      () => said.filter(({ level }) => level === 'warn').length >= 3,
    );
    orchestrator = await startOrchestrator(join(directory, 'c'), port);
    await expectCopy([...first, ...meanwhile]);
    await eventually('no lag', async () => (await gaugeOf('ftm_audit_lag_events', tenant)) === 0);
    await stop(forwarder);
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

  it('killed when the Orchestrator has taken a batch and before it knew, goes on without a gap or a change', async () => {
    const env = {
      FTM_KAFKA_BROKERS: stand.connection.brokers.join(','),
      FTM_REGISTRY_URL: stand.registryUrl,
      FTM_EVENTS_TOPIC: stand.topic,
      FTM_DATABASE_URL: stand.database.url('ftm_projector'),
      FTM_ORCHESTRATOR_SERVICE_KEY: SERVICE_KEY,
      FTM_AUDIT_FORWARDER: 'on',
    };
    let victim: Awaited<ReturnType<typeof startProjector>> | undefined;
    let kills = 0;
    const proxy = await startProxy(async () => {
      kills += 1;
      await victim?.end('SIGKILL');
    });
    const story = await writeStory(stand.author, freshTenant(), 1200);
    await journal(story);
    try {
      // Each life gets one batch through, and never learns of it.
      for (const life of [1, 2]) {
        victim = await startProjector({ ...env, FTM_ORCHESTRATOR_URL: proxy.url });
        await eventually('it is killed', () => kills >= life, 60_000);
        await victim.end('SIGKILL');
      }
      victim = undefined;
    } finally {
      proxy.server.closeAllConnections();
      proxy.server.close();
    }
    const kept = await orchestrator.audit(story[0]?.key ?? '');
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(story.length);
    start();
    await expectCopy(story);
    expect(said.filter((each) => each.level !== 'info')).toEqual([]);
  });
});
