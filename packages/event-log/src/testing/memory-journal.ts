import { fromHeaders, type Envelope } from '@ftm/contracts/envelope';
import type { TenantId } from '@ftm/contracts/ids';
import { LostOwnership, type LogBatch } from '../consumer.ts';
import type { Journal, StoredRecord, TenantHead } from '../journal.ts';

interface Entry {
  readonly stored: StoredRecord;
  readonly envelope: Envelope;
}

/** A journal in memory with its guarded checkpoints, filled by a consumer as the projector fills the real one. */
export interface MemoryJournal extends Journal {
  readonly claim: (partition: number) => Promise<{ nextOffset: bigint; epoch: number }>;
  readonly handle: (batch: LogBatch) => Promise<void>;
  readonly entries: () => readonly StoredRecord[];
  /** Set to make the writer's reads fail. */
  broken: boolean;
  /** Set to make `handle` wait. */
  held: Promise<void> | null;
}

export function createMemoryJournal(): MemoryJournal {
  const entries: Entry[] = [];
  const checkpoints = new Map<number, { nextOffset: bigint; epoch: number }>();
  const checkpoint = (partition: number) => checkpoints.get(partition) ?? { nextOffset: 0n, epoch: 0 };

  const read = async <T>(answer: () => T): Promise<T> => {
    if (journal.broken) throw new Error('the journal is away');
    return answer();
  };

  const journal: MemoryJournal = {
    broken: false,
    held: null,
    entries: () => entries.map((each) => each.stored),
    async claim(partition) {
      const { nextOffset, epoch } = checkpoint(partition);
      const claimed = { nextOffset, epoch: epoch + 1 };
      checkpoints.set(partition, claimed);
      return claimed;
    },
    async handle(batch) {
      await journal.held;
      const { nextOffset, epoch } = checkpoint(batch.partition);
      if (nextOffset !== batch.firstOffset || epoch !== batch.epoch) throw new LostOwnership();
      for (const { partition, offset, tenantId, headers, value, envelope } of batch.records) {
        if (envelope === null) throw new Error('an unreadable record');
        entries.push({ stored: { partition, offset, tenantId, headers, value }, envelope });
      }
      checkpoints.set(batch.partition, { nextOffset: batch.nextOffset, epoch });
    },
    position: (partition) => read(() => checkpoint(partition).nextOffset),
    loadStreams: (partition, tenantId, streams) =>
      read(() =>
        entries
          .filter(
            ({ stored, envelope }) =>
              stored.partition === partition &&
              stored.tenantId === tenantId &&
              streams.includes(envelope.stream),
          )
          .map((each) => each.stored),
      ),
    findCommands: (partition, ids) =>
      read(() =>
        entries
          .filter(({ stored, envelope }) => stored.partition === partition && ids.includes(envelope.command))
          .map((each) => each.stored),
      ),
    heads: (partition, tenants) =>
      read(() => {
        const heads = new Map<TenantId, TenantHead>();
        for (const { stored } of entries) {
          if (stored.partition !== partition || !tenants.includes(stored.tenantId)) continue;
          const { seq, hash, time } = fromHeaders(stored.tenantId, stored.headers);
          heads.set(stored.tenantId, { seq, hash, time });
        }
        return heads;
      }),
  };
  return journal;
}
