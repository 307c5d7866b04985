import { TILE_LEVELS, TILE_WIDTH, wholeRoot } from '@ftm/audit/merkle';
import { storedHashes } from '@ftm/audit/stored-hashes';
import { insertNodes, missingNodes, readEventHashes, readNodes, type MerkleNode } from '@ftm/postgres/merkle';
import { withTransaction, type Client, type Pool } from '@ftm/postgres/pool';
import type { Extension } from '@ftm/projection/projection';
import { backoffMs, pause } from '@ftm/runtime/backoff';
import type { Logger } from '@ftm/runtime/logger';
import { newestEvents } from './audit-source.ts';

/**
 * Adds the nodes that tenants' new events complete, after these were added to the journal, or parked: one for every 256 events, one more for every 65,536, …
 * @param chains which events are new, also those that only stand among the parked: any of them may be the one that completes a node
 */
export async function growTrees(client: Client, chains: ReadonlyMap<string, Extension>): Promise<void> {
  for (const [tenantId, { before, size }] of chains) await grow(client, tenantId, before, size);
}

/** Adds the nodes that should be there and are not, which an older version could leave out. @returns how many */
export async function repairTrees(pool: Pool): Promise<number> {
  const heads = await newestEvents(pool);
  let added = 0;
  for (const { tenantId, seq } of heads)
    added += await withTransaction(pool, async (client) => {
      let missing = 0;
      for (const { level, width } of levelsOf(seq)) {
        const indexes = await missingNodes(client, tenantId, level, Math.floor(seq / width));
        missing += indexes.length;
        // From the bottom up: each level is made of the one below.
        for (const index of indexes) await addNodes(client, tenantId, level, index, index + 1);
      }
      return missing;
    });
  return added;
}

/** Repairs in the background, again and again until it has worked. */
export function startTreeRepair(pool: Pool, logger: Logger): { stop(): Promise<void> } {
  const stopping = new AbortController();
  async function run(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; failures += 1)
      try {
        const nodes = await repairTrees(pool);
        if (nodes > 0) logger.warn('Merkle nodes were missing, and were made from the journal', { nodes });
        return;
      } catch (error) {
        logger.warn('Merkle nodes could not be looked through', { error });
        await pause(backoffMs(failures), stopping.signal);
      }
  }
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function grow(client: Client, tenantId: string, before: number, size: number): Promise<void> {
  for (const { level, width } of levelsOf(size))
    await addNodes(client, tenantId, level, Math.floor(before / width), Math.floor(size / width));
}

/** The stored levels of a tree that have a whole node, the lowest first. */
function levelsOf(size: number): { readonly level: number; readonly width: number }[] {
  const levels: { level: number; width: number }[] = [];
  for (
    let [level, width] = [TILE_LEVELS, TILE_WIDTH];
    width <= size;
    level += TILE_LEVELS, width *= TILE_WIDTH
  )
    levels.push({ level, width });
  return levels;
}

async function addNodes(
  client: Client,
  tenantId: string,
  level: number,
  from: number,
  to: number,
): Promise<void> {
  const read = storedHashes({
    eventHashes: (seq, count) => readEventHashes(client, tenantId, seq, count),
    nodes: (each, start, count) => readNodes(client, tenantId, each, start, count),
  });
  const nodes: MerkleNode[] = [];
  for (let index = from; index < to; index += 1) {
    const below = await read(level - TILE_LEVELS, index * TILE_WIDTH, TILE_WIDTH);
    nodes.push({ tenantId, level, index, hash: wholeRoot(below) });
  }
  await insertNodes(client, nodes);
}
