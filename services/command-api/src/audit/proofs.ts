import type { z } from 'zod';
import type { AuditCheckpoint, ConsistencyProof, InclusionProof } from '@ftm/api/resources/audit';
import { consistencyProof, hex, inclusionProof, treeRoot, type HashReader } from '@ftm/audit/merkle';
import { storedHashes } from '@ftm/audit/stored-hashes';
import {
  readCheckpoints,
  readEventHashes,
  readNodes,
  readVerifierKeys,
  type StoredCheckpoint,
} from '@ftm/postgres/merkle';
import { withTenant, type Client, type Pool } from '@ftm/postgres/pool';
import { Problem } from '../http/problem.ts';

type Shown = z.input<typeof AuditCheckpoint>;

/** Checkpoints of a tenant's log and proofs against them. Sizes and sequence numbers count events, from 1. */
export interface Proofs {
  /** Newest first. */
  checkpoints(tenant: string, limit: number, below: number | undefined): Promise<Shown[]>;
  /** In the tree of the given size, or of the newest checkpoint. @throws Problem 404, 409 when no checkpoint covers it yet */
  inclusion(tenant: string, seq: number, size: number | undefined): Promise<z.input<typeof InclusionProof>>;
  /** From one size to another, or to the newest checkpoint's. @throws Problem 404, 409 */
  consistency(
    tenant: string,
    from: number,
    to: number | undefined,
  ): Promise<z.input<typeof ConsistencyProof>>;
  /** The newest checkpoint that covers all of these events, as a signed note, and the path of each to its root (hex). @throws Problem 404, 409 */
  forEvents(
    tenant: string,
    seqs: readonly number[],
  ): Promise<{ readonly checkpoint: string; readonly proofs: readonly (readonly string[])[] }>;
  keys(tenant: string): Promise<{ readonly key: string; readonly first_used_at: string }[]>;
}

export function createProofs(pool: Pool): Proofs {
  const show = (each: StoredCheckpoint): Shown => ({
    size: each.size,
    root: each.root,
    time: each.time,
    kept_by_orchestrator: each.acknowledged,
    note: each.note,
  });

  async function covering(client: Client, tenant: string, wanted: number): Promise<StoredCheckpoint> {
    const [newest] = await readCheckpoints(client, tenant, { limit: 1, covering: wanted });
    if (newest !== undefined) return newest;
    const [event] = await readEventHashes(client, tenant, wanted, 1);
    if (event === undefined) throw new Problem('NOT_FOUND', `the log has no event ${wanted}`);
    throw new Problem(
      'NOT_COVERED_YET',
      `no checkpoint covers event ${wanted} yet; one is signed every few seconds`,
      { retryAfterMs: 2000 },
    );
  }

  const work = <T>(tenant: string, call: (client: Client, read: HashReader) => Promise<T>): Promise<T> =>
    withTenant(pool, tenant, (client) =>
      call(
        client,
        storedHashes({
          eventHashes: (seq, count) => readEventHashes(client, tenant, seq, count),
          nodes: (level, start, count) => readNodes(client, tenant, level, start, count),
        }),
      ),
    );

  return {
    checkpoints: (tenant, limit, below) =>
      withTenant(pool, tenant, async (client) =>
        (await readCheckpoints(client, tenant, { limit, below })).map(show),
      ),
    inclusion: (tenant, seq, asked) =>
      work(tenant, async (client, read) => {
        const checkpoint = await covering(client, tenant, Math.max(seq, asked ?? 0));
        const size = asked ?? checkpoint.size;
        if (size < seq) throw new Problem('INVALID_REQUEST', `event ${seq} is not in a tree of ${size}`);
        const [hash] = await readEventHashes(client, tenant, seq, 1);
        return {
          object: 'inclusion_proof' as const,
          seq,
          hash: hash?.toString('hex') ?? '',
          size,
          root: hex(await treeRoot(size, read)),
          proof: (await inclusionProof(seq - 1, size, read)).map(hex),
          checkpoint: size === checkpoint.size ? show(checkpoint) : null,
        };
      }),
    consistency: (tenant, from, asked) =>
      work(tenant, async (client, read) => {
        const checkpoint = await covering(client, tenant, Math.max(from, asked ?? 0));
        const to = asked ?? checkpoint.size;
        if (to < from) throw new Problem('INVALID_REQUEST', `a tree of ${to} does not extend one of ${from}`);
        return {
          object: 'consistency_proof' as const,
          from,
          to,
          from_root: hex(await treeRoot(from, read)),
          to_root: hex(await treeRoot(to, read)),
          proof: (await consistencyProof(from, to, read)).map(hex),
          checkpoint: to === checkpoint.size ? show(checkpoint) : null,
        };
      }),
    forEvents: (tenant, seqs) =>
      work(tenant, async (client, read) => {
        const { note, size } = await covering(client, tenant, Math.max(1, ...seqs));
        const proofs: string[][] = [];
        for (const seq of seqs) proofs.push((await inclusionProof(seq - 1, size, read)).map(hex));
        return { checkpoint: note, proofs };
      }),
    keys: (tenant) =>
      withTenant(pool, tenant, async (client) =>
        (await readVerifierKeys(client)).map(({ key, firstUsedAt }) => ({ key, first_used_at: firstUsedAt })),
      ),
  };
}
