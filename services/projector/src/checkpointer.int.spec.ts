import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCheckpoint, readCheckpoint } from '@ftm/audit/checkpoint';
import { createCompactTree, hex, leafHash } from '@ftm/audit/merkle';
import { createNoteVerifier, generateNoteKey, parseNote } from '@ftm/audit/signed-note';
import { createLogVerifier } from '@ftm/audit/verifier';
import { CHECKPOINTS_TOPIC } from '@ftm/contracts/topics';
import { memberClient } from '@ftm/event-log/kafka-clients';
import { readTopic } from '@ftm/event-log/read-topic';
import { eventually } from '@ftm/event-log/testing/environment';
import { openCheckpointTopic } from './checkpoint-topic.ts';
import type { AuthoredRecord } from './testing/log-author.ts';
import { SERVICE_KEY, startOrchestrator, type OrchestratorProcess } from './testing/orchestrator-process.ts';
import { startProjector, type ProjectorProcess } from './testing/projector-process.ts';
import { createStand, freshTenant, writeStory, type Stand } from './testing/stand.ts';

describe('the checkpointer', () => {
  let stand: Stand;
  let directory: string;
  let orchestrator: OrchestratorProcess;
  let projector: ProjectorProcess | undefined;
  const key = generateNoteKey('ftm');
  const trusted = [createNoteVerifier(key.verifierKey)];
  const tenant = freshTenant();
  const sent: AuthoredRecord[] = [];

  async function launch(env: Readonly<Record<string, string>> = {}): Promise<void> {
    projector = await startProjector({
      FTM_KAFKA_BROKERS: stand.connection.brokers.join(','),
      FTM_REGISTRY_URL: stand.registryUrl,
      FTM_EVENTS_TOPIC: stand.topic,
      FTM_DATABASE_URL: stand.database.url('ftm_projector'),
      FTM_ORCHESTRATOR_URL: orchestrator.url,
      FTM_ORCHESTRATOR_SERVICE_KEY: SERVICE_KEY,
      FTM_AUDIT_FORWARDER: 'on',
      FTM_AUDIT_KEY_FILE: join(directory, 'key'),
      FTM_CHECKPOINT_EVENTS: '5',
      FTM_CHECKPOINT_SECONDS: '0.2',
      ...env,
    });
  }
  async function feed(events: number): Promise<void> {
    const story = await writeStory(stand.author, tenant, events);
    await stand.author.send(story);
    sent.push(...story);
  }
  /** What the world has seen, in the order in which it was published. */
  async function published() {
    const records = await readTopic(stand.connection, CHECKPOINTS_TOPIC);
    return records
      .filter((record) => record.key === tenant)
      .map((record) => openCheckpoint(record.value.toString('utf8'), trusted));
  }
  async function noted(): Promise<number[]> {
    const { rows } = await stand.owner.query<{ size: number }>(
      'select size::int as size from log.audit_checkpoints where tenant_id = $1 order by size',
      [tenant],
    );
    return rows.map(({ size }) => size);
  }
  /** What a reader of the topic sees: a commit is acknowledged a moment before. */
  async function visible(): Promise<number> {
    const records = await readTopic(stand.connection, CHECKPOINTS_TOPIC);
    const last = records.findLast((record) => record.key === tenant);
    return last === undefined ? 0 : readCheckpoint(last.value.toString('utf8')).size;
  }
  const covers = (events: number): Promise<void> =>
    eventually(
      `${events} are covered`,
      async () => (await noted()).at(-1) === events && (await visible()) === events,
      60_000,
    );

  beforeAll(async () => {
    stand = await createStand(1);
    directory = await mkdtemp(join(tmpdir(), 'ftm-checkpointer-'));
    await writeFile(join(directory, 'key'), `${key.signerKey}\n`, { mode: 0o600 });
    orchestrator = await startOrchestrator(join(directory, 'orchestrator'));
    const admin = memberClient(stand.connection).admin();
    await admin.connect();
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic: CHECKPOINTS_TOPIC, numPartitions: 1 }],
    });
    await admin.disconnect();
  });
  afterAll(async () => {
    await projector?.end('SIGKILL');
    await orchestrator.end();
    await stand.close();
    await rm(directory, { recursive: true });
  });

  it('killed again and again between publishing and noting it, goes on with one history that only grows', async () => {
    await launch();
    await feed(7);
    await covers(7);
    for (let kills = 0; kills < 2; kills += 1) {
      // It can publish, and not note it.
      const blocker = await stand.owner.connect();
      await blocker.query('begin');
      await blocker.query('lock table log.audit_checkpoints in exclusive mode');
      const before = await visible();
      await feed(9);
      await eventually('it is published', async () => (await visible()) > before);
      await projector?.end('SIGKILL');
      await blocker.query('rollback');
      blocker.release();
      const unnoted = await visible();
      expect((await noted()).at(-1)).toBeLessThan(unnoted);
      // More comes while nobody is there.
      await feed(4);
      await launch();
      await covers(sent.length);
      expect(await noted()).toContain(unnoted);
    }

    const roots = new Map<number, string>();
    const tree = createCompactTree();
    for (const { envelope } of sent) {
      tree.append(leafHash(Buffer.from(envelope.hash, 'hex')));
      roots.set(tree.size, hex(tree.root()));
    }
    const checkpoints = await published();
    expect(checkpoints.length).toBeGreaterThanOrEqual(5);
    expect(checkpoints.map(({ root }) => root)).toEqual(checkpoints.map(({ size }) => roots.get(size)));
    const sizes = checkpoints.map(({ size }) => size);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    // The other trust domain has the newest, and its own copy bears it out.
    await eventually('the Orchestrator has it', async () => {
      const { rowCount } = await stand.owner.query(
        'select from log.audit_checkpoints where tenant_id = $1 and size = $2 and acknowledged_at is not null',
        [tenant, sent.length],
      );
      return rowCount === 1;
    });
  });

  it('that was replaced and does not know it publishes nothing more, neither what is under way nor later', async () => {
    const other = freshTenant();
    const id = `${stand.topic}.checkpoints.replaced`;
    const [former, present] = [
      openCheckpointTopic(stand.connection, id),
      openCheckpointTopic(stand.connection, id),
    ];
    try {
      await former.claim();
      await former.publish(other, 'the first');
      await present.claim();
      await expect(former.publish(other, 'too late')).rejects.toThrow('fenced');
      await expect(former.publish(other, 'later still')).rejects.toThrow();
      await present.publish(other, 'the second');
      const { notes } = await present.readFrom(0n);
      expect(notes.filter(({ tenantId }) => tenantId === other).map(({ note }) => note)).toEqual([
        'the first',
        'the second',
      ]);
      // It may take the lead again.
      await former.claim();
      await former.publish(other, 'the third');
      await expect(present.publish(other, 'too late')).rejects.toThrow('fenced');
    } finally {
      await former.close();
      await present.close();
    }
  });

  it('changes its key in three steps: what old, both and new sign is followed by who trusts both, and only in part by who trusts one', async () => {
    const next = generateNoteKey('ftm-next');
    const [old, both, fresh] = [[key], [key, next], [next]];
    const firstOfStep: number[] = [];
    for (const keys of [old, both, fresh]) {
      await projector?.end('SIGTERM');
      await writeFile(join(directory, 'key'), keys.map(({ signerKey }) => `${signerKey}\n`).join(''));
      await launch();
      await feed(6);
      await covers(sent.length);
      firstOfStep.push(sent.length);
    }
    const notes = (await readTopic(stand.connection, CHECKPOINTS_TOPIC))
      .filter((record) => record.key === tenant)
      .map((record) => ({
        where: String(record.offset),
        tenantId: tenant,
        note: record.value.toString('utf8'),
      }));
    const idOf = ({ verifierKey }: typeof key): string => createNoteVerifier(verifierKey).keyId;
    const signedBy = notes.map(({ note }) => parseNote(note).signatures.map(({ keyId }) => keyId));
    const [o, n] = [idOf(key), idOf(next)];
    // Old alone, then both, then new alone, and never back.
    const stages = signedBy.map((ids) => [[o], [o, n], [n]].findIndex((each) => each.join() === ids.join()));
    expect([...stages].sort()).toEqual(stages);
    expect(new Set(stages)).toEqual(new Set([0, 1, 2]));

    const verify = (...trust: (typeof key)[]) => {
      const verifier = createLogVerifier({
        trusted: trust.map(({ verifierKey }) => createNoteVerifier(verifierKey)),
        notes: [notes],
        now: sent.at(-1)?.envelope.time ?? '',
      });
      for (const [offset, { headers, value, key: of }] of sent.entries())
        verifier.next({ where: `0:${offset}`, key: of, partition: 0, headers, value });
      const { ok, findings, tenants } = verifier.finish();
      return {
        ok,
        covered: tenants[0]?.covered,
        refused: findings.map(({ code, where }) => ({ code, where })),
      };
    };
    const refusedOf = (stage: number) =>
      notes
        .filter((_, index) => stages[index] === stage)
        .map(({ where }) => ({ code: 'CHECKPOINT_INVALID', where }));
    expect(verify(key, next)).toEqual({ ok: true, covered: sent.length, refused: [] });
    // The old key alone sees what both signed, and says that it cannot tell who signed the rest.
    expect(verify(key)).toEqual({ ok: false, covered: firstOfStep[1], refused: refusedOf(2) });
    // The new one vouches for the whole log, for its tree holds all of it; of old notes it says the same.
    expect(verify(next)).toEqual({ ok: false, covered: sent.length, refused: refusedOf(0) });
    expect(verify(generateNoteKey('ftm'))).toMatchObject({ ok: false, covered: 0 });
    // The API names every key that was ever signed with.
    const { rows } = await stand.owner.query<{ verifier_key: string }>(
      'select verifier_key from log.audit_keys',
    );
    expect(rows.map((row) => row.verifier_key).sort()).toEqual([key.verifierKey, next.verifierKey].sort());
  });

  it('signs on time while the Orchestrator takes a request and never answers', async () => {
    await projector?.end('SIGKILL');
    let requests = 0;
    const silent = createServer(() => (requests += 1)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    try {
      await launch({ FTM_ORCHESTRATOR_URL: `http://127.0.0.1:${port}`, FTM_AUDIT_FORWARDER: 'off' });
      await feed(6);
      await eventually('the first is on its way to it', () => requests > 0);
      // It answers nothing, ever: what is signed from here on was not waited for.
      await feed(6);
      await covers(sent.length);
      await feed(6);
      await covers(sent.length);
    } finally {
      await projector?.end('SIGKILL');
      silent.closeAllConnections();
      silent.close();
    }
  });
});
