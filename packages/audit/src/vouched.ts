import { openCheckpoint, type Checkpoint } from './checkpoint.ts';
import type { Findings } from './findings.ts';
import type { NoteVerifier } from './signed-note.ts';

export interface PublishedNote {
  readonly where: string;
  readonly tenantId: string;
  readonly note: string;
}

/** A checkpoint that a trusted key has signed. */
export interface Vouched extends Checkpoint {
  readonly where: string;
}

/** What signed checkpoints say of the log, by tenant. */
export function createVouched(trusted: readonly NoteVerifier[], findings: Findings) {
  const byTenant = new Map<string, Vouched[]>();
  let count = 0;

  /** @throws Error when no trusted key has signed it, or it is of somebody else */
  function open({ where, tenantId, note }: PublishedNote): Vouched {
    const checkpoint = openCheckpoint(note, trusted);
    count += 1;
    if (checkpoint.tenantId !== tenantId) throw new Error(`it is of ${checkpoint.tenantId}`);
    return { ...checkpoint, where };
  }

  return {
    /** Of one source, in the order in which they were published. @returns the tenants that they speak of */
    add(source: readonly PublishedNote[]): Iterable<string> {
      const sizes = new Map<string, number>();
      for (const published of source) {
        const { where, tenantId } = published;
        let checkpoint: Vouched;
        try {
          checkpoint = open(published);
        } catch (error) {
          const { message } = error as Error;
          findings.add({ code: 'CHECKPOINT_INVALID', where, tenantId, seq: null, message });
          continue;
        }
        const { size } = checkpoint;
        const before = sizes.get(tenantId) ?? 0;
        if (size < before) {
          const message = `a checkpoint of ${size} events comes after one of ${before}`;
          findings.add({ code: 'CHECKPOINT_WENT_BACK', where, tenantId, seq: size, message });
        }
        sizes.set(tenantId, Math.max(before, size));
        const known = byTenant.get(tenantId);
        if (known === undefined) byTenant.set(tenantId, [checkpoint]);
        else known.push(checkpoint);
      }
      return sizes.keys();
    },
    /** Checkpoints of more than `after` events, ascending. */
    dueOf: (tenantId: string, after: number): Vouched[] =>
      (byTenant.get(tenantId) ?? []).filter(({ size }) => size > after).sort((a, b) => a.size - b.size),
    tenants: (): Iterable<string> => byTenant.keys(),
    count: () => count,
  };
}
