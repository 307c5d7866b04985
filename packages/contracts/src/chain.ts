import { createHash } from 'node:crypto';
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
  const hash = createHash('sha256');
  hash.update('ftm.event.v1\0');
  const fields: readonly (string | null)[] = [
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
  ];
  for (const field of fields) part(hash, field === null ? null : Buffer.from(field, 'utf8'));
  part(hash, value);
  part(hash, Buffer.from(envelope.prev, 'hex'));
  return hash.digest('hex');
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

function part(hash: ReturnType<typeof createHash>, bytes: Uint8Array | null): void {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes === null ? 0xffffffff : bytes.length);
  hash.update(length);
  if (bytes !== null) hash.update(bytes);
}
