import { setTimeout as sleep } from 'node:timers/promises';
import type { Commander } from '@ftm/commands/commander';
import type { LogPosition } from '@ftm/contracts/envelope';
import type { Principal } from '@ftm/orchestrator/client';
import { asTenant } from './http/as-tenant.ts';
import { Problem } from './http/problem.ts';

/** Reads of the projections come a moment after the log: who must see what he wrote waits here. */
export interface ReadWaits {
  /** Until reads have come this far. @throws Problem 503 `READS_BEHIND` when that takes too long */
  waitFor(position: LogPosition): Promise<void>;
  /** Until reads have come as far as the caller's own newest write, as long as that is soon. */
  waitForOwn(principal: Pick<Principal, 'tenantId' | 'subject'>): Promise<void>;
}

const ASKED_MS = 3000;
const OWN_MS = 1000;
const POLL_MS = 10;

/** @param positionOf next offset that the projections of a partition will read */
export function createReadWaits(
  commander: Pick<Commander, 'newestWrite'>,
  positionOf: (partition: number) => Promise<bigint>,
): ReadWaits {
  /** Newest known position by partition: however many wait, one of them asks. */
  const seen = new Map<number, bigint>();
  const asking = new Map<number, Promise<bigint>>();

  const look = (partition: number): Promise<bigint> => {
    const under = asking.get(partition);
    if (under !== undefined) return under;
    const asked = positionOf(partition)
      .then((next) => {
        seen.set(partition, next);
        return next;
      })
      .finally(() => asking.delete(partition));
    asking.set(partition, asked);
    return asked;
  };

  async function reached({ partition, offset }: LogPosition, withinMs: number): Promise<boolean> {
    const deadline = Date.now() + withinMs;
    while ((await look(partition)) <= offset) {
      if (Date.now() > deadline) return false;
      await sleep(POLL_MS);
    }
    return true;
  }

  return {
    async waitFor(position) {
      if (!(await reached(position, ASKED_MS)))
        throw new Problem('READS_BEHIND', 'reads have not come as far as FTM-Min-Position yet', {
          retryAfterMs: 1000,
        });
    },
    async waitForOwn({ tenantId, subject }) {
      const newest = await commander.newestWrite(asTenant(tenantId), subject);
      if (newest !== null && (seen.get(newest.partition) ?? -1n) <= newest.offset)
        await reached(newest, OWN_MS);
    },
  };
}
