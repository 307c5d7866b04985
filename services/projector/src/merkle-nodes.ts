import { TILE_LEVELS, TILE_WIDTH, wholeRoot, type Hash } from '@ftm/audit/merkle';
import { storedHashes } from '@ftm/audit/stored-hashes';
import { insertNodes, readEventHashes, readNodes, type MerkleNode } from '@ftm/postgres/merkle';
import type { Client } from '@ftm/postgres/pool';
import type { KeptRecord } from './journal.ts';

/** Adds the nodes that these records completed, after they were added to the journal: one for every 256 events, one more for every 65,536, … */
export async function growTrees(client: Client, records: readonly KeptRecord[]): Promise<void> {
  const ranges = new Map<string, { first: number; last: number }>();
  for (const { envelope } of records) {
    const { tenantId, seq } = envelope;
    const known = ranges.get(tenantId);
    ranges.set(tenantId, { first: known?.first ?? seq, last: seq });
  }
  for (const [tenantId, { first, last }] of ranges) await grow(client, tenantId, first - 1, last);
}

async function grow(client: Client, tenantId: string, before: number, size: number): Promise<void> {
  const read = storedHashes({
    eventHashes: (seq, count) => readEventHashes(client, tenantId, seq, count),
    nodes: (level, start, count) => readNodes(client, tenantId, level, start, count),
  });
  for (
    let level = TILE_LEVELS, width = TILE_WIDTH;
    width <= size;
    level += TILE_LEVELS, width *= TILE_WIDTH
  ) {
    const nodes: MerkleNode[] = [];
    for (let index = Math.floor(before / width); index < Math.floor(size / width); index += 1)
      nodes.push({ tenantId, level, index, hash: await tileRoot(level, index) });
    await insertNodes(client, nodes);
  }
  async function tileRoot(level: number, index: number): Promise<Hash> {
    return wholeRoot(await read(level - TILE_LEVELS, index * TILE_WIDTH, TILE_WIDTH));
  }
}
