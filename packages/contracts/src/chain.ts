import { hash as hashOnce } from 'node:crypto';
import type { Envelope } from './envelope.ts';

/** What the first event of a tenant points back to. */
export const GENESIS = '0'.repeat(64);

/** The newest event of a tenant's chain. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

export const EMPTY_CHAIN: ChainHead = { seq: 0, hash: GENESIS };

/**
 * SHA-256 over a canonical encoding: a domain tag, then every field of the envelope and the value bytes, each behind its
 * 32-bit length, an absent field as length 2^32-1. Two different records never encode to the same bytes.
 * @param value the record's value exactly as it stands in Kafka, with the registry's framing
 */
export function eventHash(envelope: Omit<Envelope, 'hash'>, value: Uint8Array): string {
  const parts: readonly (string | Uint8Array | null)[] = [
    envelope.tenantId,
    envelope.id,
    envelope.type,
    envelope.source,
    envelope.time,
    envelope.stream,
    String(envelope.version),
    String(envelope.seq),
    envelope.command,
    envelope.fingerprint,
    envelope.actor,
    envelope.correlation,
    envelope.causation,
    envelope.traceparent,
    value,
    Buffer.from(envelope.prev, 'hex'),
  ];
  // One buffer and one call: every reader of the log does this for every event.
  const size = parts.reduce((sum, part) => sum + LENGTH_BYTES + sizeOf(part), TAG.length);
  const bytes = Buffer.allocUnsafe(size);
  let at = TAG.copy(bytes);
  for (const part of parts) {
    const length = sizeOf(part);
    at = bytes.writeUInt32BE(part === null ? ABSENT : length, at);
    if (typeof part === 'string') bytes.write(part, at, 'utf8');
    else if (part !== null) bytes.set(part, at);
    at += length;
  }
  return hashOnce('sha256', bytes, 'hex');
}

const TAG = Buffer.from('ftm.event.v1\0', 'latin1');
const LENGTH_BYTES = 4;
const ABSENT = 0xffffffff;

function sizeOf(part: string | Uint8Array | null): number {
  if (part === null) return 0;
  return typeof part === 'string' ? Buffer.byteLength(part, 'utf8') : part.length;
}

export type Link =
  { readonly kind: 'extends'; readonly head: ChainHead } | { readonly kind: 'void'; readonly reason: string };

/** Does this record extend the chain? The first one in log order that does wins; any other is void for every reader alike. */
export function link(head: ChainHead, envelope: Envelope, value: Uint8Array): Link {
  if (envelope.seq !== head.seq + 1)
    return { kind: 'void', reason: `seq ${envelope.seq} does not follow ${head.seq}` };
  if (envelope.prev !== head.hash) return { kind: 'void', reason: `prev is not the hash of seq ${head.seq}` };
  if (envelope.hash !== eventHash(envelope, value))
    return { kind: 'void', reason: `hash of seq ${envelope.seq} is not that of its content` };
  return { kind: 'extends', head: { seq: envelope.seq, hash: envelope.hash } };
}
