import { readCheckpoint, signCheckpoint, type Checkpoint } from '@ftm/audit/checkpoint';
import { hex, treeRoot } from '@ftm/audit/merkle';
import type { NoteSigner } from '@ftm/audit/signed-note';
import { storedHashes } from '@ftm/audit/stored-hashes';
import { OrchestratorRefused, type OrchestratorClient } from '@ftm/orchestrator/client';
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
import { backoffMs, pause } from '@ftm/runtime/backoff';
import type { Logger } from '@ftm/runtime/logger';
import { counter, gauge } from '@ftm/runtime/metrics';
import { CHECKPOINTER_LOCK, newestEvents, tryLead, type Lead } from './audit-source.ts';
import type { CheckpointTopic } from './checkpoint-topic.ts';

export interface CheckpointerOptions {
  readonly pool: Pool;
  readonly topic: CheckpointTopic;
  readonly orchestrator: Pick<OrchestratorClient, 'sendAuditCheckpoint'>;
  readonly logger: Logger;
  readonly signers: readonly NoteSigner[];
  readonly origin: string;
  readonly everyEvents: number;
  readonly everyMs: number;
  readonly pollMs?: number;
}

interface Signed extends Checkpoint {
  readonly note: string;
}

/** After a failure, of one tenant. */
interface Wait {
  readonly until: number;
  readonly failures: number;
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

const LEAD_EVERY_MS = 1000;
const CONSUMER = 'audit-checkpoints';

/**
 * Signs what each tenant's log has come to, and publishes it: to the topic, and to the Orchestrator, which is another trust domain. A chain can be written anew from
 * its first event on, by whoever can write it; what was published elsewhere stays.
 *
 * Nothing is signed that does not extend the newest checkpoint. One process leads at a time. One that has lost the lead and does not know it yet is fenced, so that no
 * checkpoint is ever published after a larger one.
 */
export function startCheckpointer(options: CheckpointerOptions): { stop(): Promise<void> } {
  const { pool, topic, logger, pollMs = 250 } = options;
  const newest = new Map<string, Known>();
  const behindSince = new Map<string, number>();
  const [signWaits, sendWaits] = [new Map<string, Wait>(), new Map<string, Wait>()];
  const stopping = new AbortController();
  let lead: Lead | null = null;
  let leadAskedAt = 0;

  /** What a former leader published, and may not have noted: the topic is the truth. */
  async function catchUp(): Promise<void> {
    await topic.claim();
    const { notes, nextOffset } = await topic.readFrom(await publishedUpTo(pool));
    await withTransaction(pool, async (client) => {
      for (const { note, tenantId, offset } of notes) {
        const checkpoint = readable(note, offset);
        if (checkpoint !== undefined) await saveCheckpoint(client, { ...checkpoint, tenantId, note });
      }
      await movePublished(client, nextOffset);
      await saveVerifierKeys(
        client,
        options.signers.map((each) => each.verifierKey),
      );
      newest.clear();
      for (const each of await newestCheckpoints(client)) newest.set(each.tenantId, each);
    });
  }

  /** Whoever else writes to the topic must not keep us from signing; `ftm audit verify` reports it. */
  function readable(note: string, offset: bigint): Checkpoint | undefined {
    try {
      return readCheckpoint(note);
    } catch (error) {
      logger.error('what was published is no checkpoint: left out', { offset: String(offset), error });
      return undefined;
    }
  }

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

  async function sign(tenant: string, size: number): Promise<Signed> {
    const last = newest.get(tenant);
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
    const checkpoint = { origin: `${options.origin}/${tenant}`, tenantId: tenant, size, root, time, head };
    return { ...checkpoint, note: signCheckpoint(checkpoint, options.signers) };
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

  async function send(tenant: string, checkpoint: Known): Promise<void> {
    try {
      await options.orchestrator.sendAuditCheckpoint(tenant, checkpoint.note);
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

  /** @returns undefined when it failed, or waits because it did */
  async function attempt<T>(
    waits: Map<string, Wait>,
    tenant: string,
    work: () => Promise<T>,
  ): Promise<T | undefined> {
    const failed = waits.get(tenant);
    if (failed !== undefined && failed.until > Date.now()) return undefined;
    try {
      const done = await work();
      waits.delete(tenant);
      return done;
    } catch (error) {
      const failures = (failed?.failures ?? 0) + 1;
      waits.set(tenant, { failures, until: Date.now() + backoffMs(failures, { baseMs: 200 }) });
      const message = waits === sendWaits ? 'a checkpoint was not sent' : 'a checkpoint was not signed';
      logger.error(message, { tenant, failures, error });
      return undefined;
    }
  }

  async function signRound(): Promise<void> {
    if (lead === null && Date.now() - leadAskedAt >= LEAD_EVERY_MS) {
      leadAskedAt = Date.now();
      const won = await tryLead(pool, CHECKPOINTER_LOCK, () => {
        lead = null;
      });
      if (won === null) return;
      try {
        await catchUp();
        lead = won;
      } catch (error) {
        won.end();
        throw error;
      }
    }
    if (lead === null) return;
    for (const { tenantId: tenant, seq } of await newestEvents(lead.client)) {
      if (stopping.signal.aborted) return;
      if (!isDue(tenant, seq)) continue;
      const checkpoint = await attempt(signWaits, tenant, () => sign(tenant, seq));
      if (checkpoint !== undefined) await publish(checkpoint);
    }
  }

  async function sendRound(): Promise<void> {
    for (const [tenant, known] of [...newest]) {
      if (stopping.signal.aborted || lead === null) return;
      if (!known.acknowledged) await attempt(sendWaits, tenant, () => send(tenant, known));
    }
  }

  async function repeat(round: () => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      await round().catch((error: unknown) => {
        lead?.end();
        lead = null;
        logger.warn('checkpoints wait', { error });
      });
      await pause(pollMs, stopping.signal);
    }
  }
  // Side by side: whatever the Orchestrator does, or does not, what is due is signed.
  const running = Promise.all([repeat(signRound), repeat(sendRound)]).finally(() => lead?.end());
  return {
    async stop() {
      stopping.abort();
      await running;
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
