import { existsSync, readdirSync } from 'node:fs';
import { z } from 'zod';
import { readCheckpoint } from '@ftm/audit/checkpoint';
import { createCompactTree, hex, leafHash } from '@ftm/audit/merkle';
import { BadNote } from '@ftm/audit/signed-note';
import { openJsonLines, type JsonLines } from './store.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().min(1).max(512);
const TENANT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const AuditBatch = z.object({
  tenant_id: z.string().regex(TENANT),
  events: z
    .array(
      z.object({
        seq: z.number().int().min(1),
        prev: hash,
        hash,
        id: z.uuid(),
        type: text,
        source: text,
        time: z.iso.datetime(),
        stream: text,
        version: z.number().int().min(1),
        command: text,
        fingerprint: text,
        actor: text,
        correlation: text,
        causation: text.nullable(),
        traceparent: text.nullable(),
        value_base64: z.base64(),
      }),
    )
    .min(1)
    .max(1000),
});
export const AuditNote = z.object({
  tenant_id: z.string().regex(TENANT),
  note: z.string().min(1).max(10_000),
});
export interface StoredNote {
  readonly size: number;
  readonly note: string;
}
export type StoredAuditEvent = z.infer<typeof AuditBatch>['events'][number];

export type AuditAnswer =
  | { readonly status: 200; readonly body: { readonly acknowledged_seq: number } | { readonly size: number } }
  | { readonly status: 400 | 409; readonly body: Readonly<Record<string, unknown>> };

const GENESIS = '0'.repeat(64);

/** The Orchestrator's own copy of every tenant's events: contiguous, linked, on disk before it is acknowledged. */
export function createAuditSink(directory: string) {
  const copies = new Map<string, JsonLines<StoredAuditEvent>>();
  const copy = (tenant: string): JsonLines<StoredAuditEvent> => {
    let known = copies.get(tenant);
    if (known === undefined) copies.set(tenant, (known = openJsonLines(directory, `${tenant}.jsonl`)));
    return known;
  };
  const notes = new Map<string, JsonLines<StoredNote>>();
  const notesOf = (tenant: string): JsonLines<StoredNote> => {
    let known = notes.get(tenant);
    if (known === undefined) notes.set(tenant, (known = openJsonLines(directory, `${tenant}.notes`)));
    return known;
  };
  const trees = new Map<string, ReturnType<typeof createCompactTree>>();
  /**
   * Root of the first `size` events of the copy. The tree goes forward only; an older size is counted from the start.
   */
  const rootAt = (tenant: string, size: number): string => {
    let tree = trees.get(tenant);
    if (tree === undefined || tree.size > size) trees.set(tenant, (tree = createCompactTree()));
    for (const row of rowsOf(tenant).slice(tree.size, size))
      tree.append(leafHash(Buffer.from(row.hash, 'hex')));
    return hex(tree.root());
  };
  // What was kept before a restart counts at once: positions and searches ask for every tenant.
  if (existsSync(directory))
    for (const name of readdirSync(directory))
      if (name.endsWith('.jsonl')) copy(name.slice(0, -'.jsonl'.length));
  const rowsOf = (tenant: string): readonly StoredAuditEvent[] => copies.get(tenant)?.rows ?? [];
  return {
    accept({ tenant_id: tenant, events }: z.infer<typeof AuditBatch>): AuditAnswer {
      const stored = copy(tenant);
      const fresh: StoredAuditEvent[] = [];
      for (const event of events) {
        const known = stored.rows[event.seq - 1] ?? fresh[event.seq - 1 - stored.rows.length];
        if (known !== undefined) {
          if (known.hash !== event.hash) return broken(event.seq);
          continue;
        }
        const next = stored.rows.length + fresh.length + 1;
        if (event.seq !== next)
          return {
            status: 409,
            body: {
              type: 'about:blank',
              code: 'AUDIT_GAP',
              title: 'a gap',
              status: 409,
              detail: `seq ${next} is due`,
              acknowledged_seq: stored.rows.length,
            },
          };
        if (event.prev !== ((fresh.at(-1) ?? stored.rows.at(-1))?.hash ?? GENESIS)) return broken(event.seq);
        fresh.push(event);
      }
      if (fresh.length > 0) stored.append(fresh);
      return { status: 200, body: { acknowledged_seq: stored.rows.length } };
    },
    /** Keeps a checkpoint that the copy bears out: its tree of that size has that root. */
    acceptNote({ tenant_id: tenant, note }: z.infer<typeof AuditNote>): AuditAnswer {
      let checkpoint: ReturnType<typeof readCheckpoint>;
      try {
        checkpoint = readCheckpoint(note);
        if (checkpoint.tenantId !== tenant) throw new BadNote('its origin is of another tenant');
      } catch (error) {
        if (!(error instanceof BadNote)) throw error;
        return { status: 400, body: refusal(400, 'MALFORMED', error.message) };
      }
      const { size, root } = checkpoint;
      const kept = rowsOf(tenant).length;
      if (size > kept)
        return {
          status: 409,
          body: { ...refusal(409, 'AUDIT_GAP', `seq ${kept + 1} is due`), acknowledged_seq: kept },
        };
      if (rootAt(tenant, size) !== root)
        return {
          status: 409,
          body: refusal(409, 'AUDIT_CHECKPOINT_MISMATCH', `the copy's tree of ${size} has another root`),
        };
      const stored = notesOf(tenant);
      if (!stored.rows.some((row) => row.size === size)) stored.append([{ size, note }]);
      return { status: 200, body: { size } };
    },
    notes: (tenant: string, afterSize: number) =>
      [...notesOf(tenant).rows]
        .filter((row) => row.size > afterSize)
        .sort((a, b) => a.size - b.size)
        .slice(0, 1000),
    position: (tenant: string) => ({
      acknowledged_seq: rowsOf(tenant).length,
      hash: rowsOf(tenant).at(-1)?.hash ?? null,
    }),
    events: (tenant: string, from: number, limit: number) => rowsOf(tenant).slice(from - 1, from - 1 + limit),
    positions: () => Object.fromEntries([...copies].map(([tenant, stored]) => [tenant, stored.rows.length])),
    contains: (text: string) =>
      [...copies.values()].some((stored) =>
        stored.rows.some(
          (row) =>
            JSON.stringify(row).includes(text) || Buffer.from(row.value_base64, 'base64').includes(text),
        ),
      ),
  };
}

function refusal(status: number, code: string, detail: string): Readonly<Record<string, unknown>> {
  return { type: 'about:blank', code, title: code.toLowerCase().replaceAll('_', ' '), status, detail };
}

function broken(seq: number): AuditAnswer {
  return {
    status: 409,
    body: {
      type: 'about:blank',
      code: 'AUDIT_CHAIN_BROKEN',
      title: 'the chain is broken',
      status: 409,
      detail: `at seq ${seq}`,
      at_seq: seq,
    },
  };
}
