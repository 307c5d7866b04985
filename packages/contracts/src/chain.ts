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
  // One buffer and one call: every reader of the log does this for every event.
  let at = TAG_BYTES;
  at = putText(at, envelope.tenantId);
  at = putText(at, envelope.id);
  at = putText(at, envelope.type);
  at = putText(at, envelope.source);
  at = putText(at, envelope.time);
  at = putText(at, envelope.stream);
  at = putText(at, String(envelope.version));
  at = putText(at, String(envelope.seq));
  at = putText(at, envelope.command);
  at = putText(at, envelope.fingerprint);
  at = putText(at, envelope.actor);
  at = putText(at, envelope.correlation);
  at = putText(at, envelope.causation);
  at = putText(at, envelope.traceparent);
  at = putBytes(at, value);
  at = putBytes(at, Buffer.from(envelope.prev, 'hex'));
  return hashOnce('sha256', bytes.subarray(0, at), 'hex');
}

const TAG = 'ftm.event.v1\0';
const TAG_BYTES = TAG.length;
const LENGTH_BYTES = 4;
const ABSENT = 0xffffffff;
const MAX_UTF8_A_UNIT = 3;

/** Used for every encoding anew: nothing waits between the first byte and the hash. */
let bytes = withTag(4096);

function putText(at: number, text: string | null): number {
  if (text === null) return bytes.writeUInt32BE(ABSENT, at);
  const from = at + LENGTH_BYTES;
  reserve(from + MAX_UTF8_A_UNIT * text.length);
  const length = bytes.write(text, from, 'utf8');
  bytes.writeUInt32BE(length, at);
  return from + length;
}

function putBytes(at: number, part: Uint8Array): number {
  const from = at + LENGTH_BYTES;
  reserve(from + part.length);
  bytes.writeUInt32BE(part.length, at);
  bytes.set(part, from);
  return from + part.length;
}

/** There is always room for one more length. */
function reserve(end: number): void {
  if (end + LENGTH_BYTES <= bytes.length) return;
  const wider = withTag(2 * (end + LENGTH_BYTES));
  bytes.copy(wider);
  bytes = wider;
}

function withTag(size: number): Buffer {
  const made = Buffer.allocUnsafeSlow(size);
  made.write(TAG, 'latin1');
  return made;
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
