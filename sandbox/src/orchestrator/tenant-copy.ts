import type { z } from 'zod';
import { readCheckpoint } from '@ftm/audit/checkpoint';
import { createCompactTree, hex, leafHash } from '@ftm/audit/merkle';
import { BadNote } from '@ftm/audit/signed-note';
import type { AuditBatch } from './requests.ts';
import { openJsonLines, type JsonLines } from './store.ts';

type StoredEvent = z.infer<typeof AuditBatch>['events'][number];

export interface StoredNote {
  readonly size: number;
  readonly note: string;
}

export type AuditAnswer =
  | { readonly status: 200; readonly body: { readonly acknowledged_seq: number } | { readonly size: number } }
  | { readonly status: 400 | 409; readonly body: Readonly<Record<string, unknown>> };

const GENESIS = '0'.repeat(64);

export type TenantCopy = ReturnType<typeof openTenantCopy>;

/** One tenant's events: contiguous, linked, on disk before they are acknowledged; and the checkpoints that they bear out. */
export function openTenantCopy(directory: string, tenant: string) {
  const stored: JsonLines<StoredEvent> = openJsonLines(directory, `${tenant}.jsonl`);
  const notes: JsonLines<StoredNote> = openJsonLines(directory, `${tenant}.notes`);
  let tree = createCompactTree();

  /** Root of the first `size` events. The tree goes forward only; an older size is counted from the start. */
  function rootAt(size: number): string {
    if (tree.size > size) tree = createCompactTree();
    for (const row of stored.rows.slice(tree.size, size)) tree.append(leafHash(Buffer.from(row.hash, 'hex')));
    return hex(tree.root());
  }

  return {
    get size() {
      return stored.rows.length;
    },
    rows: stored.rows,
    accept(events: readonly StoredEvent[]): AuditAnswer {
      const fresh: StoredEvent[] = [];
      const kept = stored.rows.length;
      for (const event of events) {
        const known = stored.rows[event.seq - 1] ?? fresh[event.seq - 1 - kept];
        if (known !== undefined) {
          if (known.hash !== event.hash) return broken(event.seq);
          continue;
        }
        const next = kept + fresh.length + 1;
        if (event.seq !== next) return gap(next, kept);
        if (event.prev !== ((fresh.at(-1) ?? stored.rows.at(-1))?.hash ?? GENESIS)) return broken(event.seq);
        fresh.push(event);
      }
      if (fresh.length > 0) stored.append(fresh);
      return { status: 200, body: { acknowledged_seq: stored.rows.length } };
    },
    /** Keeps a checkpoint whose size has the same root here. */
    acceptNote(note: string): AuditAnswer {
      let checkpoint: ReturnType<typeof readCheckpoint>;
      try {
        checkpoint = readCheckpoint(note);
        if (checkpoint.tenantId !== tenant) throw new BadNote('its origin is of another tenant');
      } catch (error) {
        if (!(error instanceof BadNote)) throw error;
        return refused(400, 'MALFORMED', error.message);
      }
      const { size, root } = checkpoint;
      const kept = stored.rows.length;
      if (size > kept) return gap(kept + 1, kept);
      if (rootAt(size) !== root)
        return refused(409, 'AUDIT_CHECKPOINT_MISMATCH', `the copy's tree of ${size} has another root`);
      if (!notes.rows.some((row) => row.size === size)) notes.append([{ size, note }]);
      return { status: 200, body: { size } };
    },
    /** At most a thousand, ascending. */
    notesAfter: (size: number): StoredNote[] =>
      notes.rows
        .filter((row) => row.size > size)
        .sort((a, b) => a.size - b.size)
        .slice(0, 1000),
    contains: (text: string): boolean =>
      stored.rows.some(
        (row) => JSON.stringify(row).includes(text) || Buffer.from(row.value_base64, 'base64').includes(text),
      ),
  };
}

const gap = (due: number, kept: number): AuditAnswer =>
  refused(409, 'AUDIT_GAP', `seq ${due} is due`, { acknowledged_seq: kept });

const broken = (seq: number): AuditAnswer =>
  refused(409, 'AUDIT_CHAIN_BROKEN', `at seq ${seq}`, { at_seq: seq });

function refused(
  status: 400 | 409,
  code: string,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): AuditAnswer {
  const title = code.toLowerCase().replaceAll('_', ' ');
  return { status, body: { type: 'about:blank', code, title, status, detail, ...more } };
}
