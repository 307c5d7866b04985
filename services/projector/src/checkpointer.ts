import { readCheckpoint, signCheckpoint, type Checkpoint } from '@ftm/audit/checkpoint';
import { hex, treeRoot } from '@ftm/audit/merkle';
import type { NoteSigner } from '@ftm/audit/signed-note';
import { storedHashes } from '@ftm/audit/stored-hashes';
import { OrchestratorRefused, type OrchestratorClient } from '@ftm/orchestrator/client';
import { LEADERS, whileLeading, type Lead } from '@ftm/postgres/leading';
import {
  acknowledgeCheckpoint,
  newestCheckpoints,
  readEventHashes,
  readNodes,
  saveCheckpoint,
  saveVerifierKeys,
  type StoredCheckpoint,
} from '@ftm/postgres/merkle';
import { withTransaction, type Client, type Pool } from '@ftm/postgres/pool';
import { pause } from '@ftm/runtime/backoff';
import type { Logger } from '@ftm/runtime/logger';
import { counter, gauge } from '@ftm/runtime/metrics';
import { newestEvents, type TenantHead } from './audit-source.ts';
import type { Bell } from './bell.ts';
import type { CheckpointTopic } from './checkpoint-topic.ts';
import { createTenantWaits } from './tenant-waits.ts';

export interface CheckpointerOptions {
  readonly pool: Pool;
  readonly topic: CheckpointTopic;
  readonly orchestrator: Pick<OrchestratorClient, 'sendAuditCheckpoint'>;
  readonly logger: Logger;
  readonly signers: readonly NoteSigner[];
  readonly origin: string;
  readonly everyEvents: number;
  readonly everyMs: number;
  /** Rung when the journal has got events in this process; what comes by another one is found by looking. */
  readonly bell: Bell;
  /** How often it looks while there is something to sign or to send. Default 250. */
  readonly pollMs?: number;
  /** How often it looks while there is nothing to sign. Default 1000. */
  readonly idleMs?: number;
}

interface Signed extends Checkpoint {
  readonly note: string;
}

type Known = Pick<StoredCheckpoint, 'size' | 'root' | 'note' | 'acknowledged'>;

const signed = counter('ftm_audit_checkpoints_total', 'Checkpoints signed and published');
const brokenTrees = gauge(
  'ftm_audit_checkpoint_broken',
  'Tenants whose log does not extend the newest checkpoint: nothing is signed',
  ['tenant'],
);
const uncovered = gauge('ftm_audit_uncovered_events', 'Events of a tenant that no checkpoint covers', [
  'tenant',
]);

const CONSUMER = 'audit-checkpoints';

/**
 * Signs what each tenant's log has come to, and publishes it: to the topic, and to the Orchestrator, which is another trust domain. A chain can be written anew from
 * its first event on, by whoever can write it; what was published elsewhere stays.
 *
 * Nothing is signed that does not extend the newest checkpoint. One process leads at a time. One that has lost the lead and does not know it yet is fenced, so that no
 * checkpoint is ever published after a larger one.
 */
export function startCheckpointer(options: CheckpointerOptions): { stop(): Promise<void> } {
  return whileLeading(options.pool, LEADERS.checkpointer, (lead) => checkpointWhile(lead, options), {
    onProblem: (error) => options.logger.warn('checkpoints wait', { error }),
  });
}

async function checkpointWhile({ client, signal }: Lead, options: CheckpointerOptions): Promise<void> {
  const { bell, pollMs = 250, idleMs = 1000 } = options;
  const newest = await catchUp(options);
  const signer = createTreeSigner(options, newest);
  const sender = createSender(options, newest);
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  async function sendAll(): Promise<void> {
    while (!until.aborted) {
      await sender.round(until);
      await pause(pollMs, until);
    }
  }
  // Side by side: whatever the Orchestrator does, or does not, what is due is signed.
  const sending = sendAll();
  try {
    while (!until.aborted) {
      const more = bell.next();
      const heads = await newestEvents(client);
      await signer.round(heads, until);
      if (signer.isDone(heads)) await pause(idleMs, until, more);
      else await pause(pollMs, until);
    }
  } finally {
    ended.abort();
    await sending;
    uncovered.reset();
    brokenTrees.reset();
  }
}

/** What a former leader published, and may not have noted: the topic is the truth. @returns the newest checkpoint of each tenant */
async function catchUp({ pool, topic, signers, logger }: CheckpointerOptions): Promise<Map<string, Known>> {
  await topic.claim();
  const { notes, nextOffset } = await topic.readFrom(await publishedUpTo(pool));
  return withTransaction(pool, async (client) => {
    for (const { note, tenantId, offset } of notes) {
      const checkpoint = readable(note, offset, logger);
      if (checkpoint !== undefined) await saveCheckpoint(client, { ...checkpoint, tenantId, note });
    }
    await movePublished(client, nextOffset);
    await saveVerifierKeys(
      client,
      signers.map((each) => each.verifierKey),
    );
    return new Map((await newestCheckpoints(client)).map((each) => [each.tenantId, each]));
  });
}

/** Whoever else writes to the topic must not keep us from signing; `ftm audit verify` reports it. */
function readable(note: string, offset: bigint, logger: Logger): Checkpoint | undefined {
  try {
    return readCheckpoint(note);
  } catch (error) {
    logger.error('what was published is no checkpoint: left out', { offset: String(offset), error });
    return undefined;
  }
}

/** Signs and publishes what is due. */
function createTreeSigner(options: CheckpointerOptions, newest: Map<string, Known>) {
  const { pool, topic, logger } = options;
  const behindSince = new Map<string, number>();
  const waits = createTenantWaits();

  function isDue(tenant: string, seq: number): boolean {
    const fresh = seq - (newest.get(tenant)?.size ?? 0);
    uncovered.set({ tenant }, Math.max(0, fresh));
    if (fresh <= 0) {
      behindSince.delete(tenant);
      return false;
    }
    const since = behindSince.get(tenant) ?? Date.now();
    behindSince.set(tenant, since);
    return fresh >= options.everyEvents || Date.now() - since >= options.everyMs;
  }

  /** When it fails, what the topic has is unknown: whoever leads next reads it. */
  async function publish(checkpoint: Signed): Promise<void> {
    const { tenantId: tenant, size, root, note } = checkpoint;
    const nextOffset = await topic.publish(tenant, note);
    await withTransaction(pool, async (client) => {
      await saveCheckpoint(client, checkpoint);
      await movePublished(client, nextOffset);
    });
    newest.set(tenant, { size, root, note, acknowledged: false });
    behindSince.delete(tenant);
    signed.inc();
  }

  return {
    /** Does a checkpoint cover everything? */
    isDone: (heads: readonly TenantHead[]): boolean =>
      heads.every(({ tenantId: tenant, seq }) => (newest.get(tenant)?.size ?? 0) >= seq),
    /** @throws when something was published, and it is not known what */
    async round(heads: readonly TenantHead[], until: AbortSignal): Promise<void> {
      for (const { tenantId: tenant, seq } of heads) {
        if (until.aborted) return;
        if (!isDue(tenant, seq) || waits.isWaiting(tenant)) continue;
        let checkpoint: Signed;
        try {
          checkpoint = await sign(options, tenant, seq, newest.get(tenant));
          waits.passed(tenant);
        } catch (error) {
          const failures = waits.failed(tenant, { baseMs: 200 });
          logger.error('a checkpoint was not signed', { tenant, failures, error });
          continue;
        }
        await publish(checkpoint);
      }
    },
  };
}

async function sign(
  { pool, origin, signers }: CheckpointerOptions,
  tenant: string,
  size: number,
  last: Known | undefined,
): Promise<Signed> {
  const { root, lastRoot, head } = await withTransaction(pool, async (client) => {
    const read = storedHashes({
      eventHashes: (seq, count) => readEventHashes(client, tenant, seq, count),
      nodes: (level, start, count) => readNodes(client, tenant, level, start, count),
    });
    const [headHash] = await readEventHashes(client, tenant, size, 1);
    return {
      root: hex(await treeRoot(size, read)),
      lastRoot: last === undefined ? null : hex(await treeRoot(last.size, read)),
      head: headHash?.toString('hex') ?? '',
    };
  });
  if (last !== undefined && lastRoot !== last.root) {
    brokenTrees.set({ tenant }, 1);
    throw new Error(`the log's tree of ${last.size} events is not the one that was published`);
  }
  const time = new Date().toISOString();
  const checkpoint = { origin: `${origin}/${tenant}`, tenantId: tenant, size, root, time, head };
  return { ...checkpoint, note: signCheckpoint(checkpoint, signers) };
}

/** Brings what was signed to the Orchestrator. */
function createSender({ pool, orchestrator, logger }: CheckpointerOptions, newest: Map<string, Known>) {
  const waits = createTenantWaits();

  async function send(tenant: string, checkpoint: Known): Promise<void> {
    try {
      await orchestrator.sendAuditCheckpoint(tenant, checkpoint.note);
    } catch (error) {
      // Its copy follows behind; the checkpoint waits for it.
      if (error instanceof OrchestratorRefused && error.code === 'AUDIT_GAP') return;
      throw error;
    }
    await withTransaction(pool, (client) => acknowledgeCheckpoint(client, tenant, checkpoint.size));
    // A newer one may have been signed meanwhile.
    if (newest.get(tenant)?.size === checkpoint.size)
      newest.set(tenant, { ...checkpoint, acknowledged: true });
  }

  return {
    async round(until: AbortSignal): Promise<void> {
      for (const [tenant, known] of [...newest]) {
        if (until.aborted) return;
        if (known.acknowledged || waits.isWaiting(tenant)) continue;
        try {
          await send(tenant, known);
          waits.passed(tenant);
        } catch (error) {
          const failures = waits.failed(tenant, { baseMs: 200 });
          logger.error('a checkpoint was not sent', { tenant, failures, error });
        }
      }
    },
  };
}

async function publishedUpTo(pool: Pool): Promise<bigint> {
  const { rows } = await pool.query<{ next_offset: string }>(
    'select next_offset from log.checkpoints where consumer = $1 and partition = 0',
    [CONSUMER],
  );
  return BigInt(rows[0]?.next_offset ?? 0);
}

/** Only forward: another leader may have noted more. */
async function movePublished(client: Client, nextOffset: bigint): Promise<void> {
  await client.query(
    `insert into log.checkpoints (consumer, partition, next_offset) values ($1, 0, $2)
     on conflict (consumer, partition) do update set next_offset = greatest(log.checkpoints.next_offset, excluded.next_offset)`,
    [CONSUMER, String(nextOffset)],
  );
}
