import { createHash } from 'node:crypto';
import { AGGREGATES, type Aggregate } from './generated/aggregates.ts';

declare const brand: unique symbol;
type Brand<T, B> = T & { readonly [brand]: B };

/** An Orchestrator tenant: 1..64 of `A-Za-z0-9._-`, starting with a letter or digit. It is a Kafka key and part of object keys. */
export type TenantId = Brand<string, 'TenantId'>;

export { AGGREGATES, type Aggregate };

/** One aggregate's events: `<aggregate>/<uuid>`. */
export type StreamId = `${Aggregate}/${string}`;

/** As FTM writes them, for patterns in which one stands. */
export const UUID_FORM = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const UUID = new RegExp(`^${UUID_FORM}$`, 'i');

/** Of whatever version. */
export const isUuid = (text: string): boolean => UUID.test(text);

const TENANT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const isTenantId = (text: string): boolean => TENANT.test(text);

/** @throws RangeError when the text is no tenant id. */
export function tenantId(text: string): TenantId {
  if (!isTenantId(text)) throw new RangeError(`not a tenant id: 1..64 of A-Z a-z 0-9 . _ - are allowed`);
  return text as TenantId;
}

export function streamId<A extends Aggregate>(aggregate: A, id: string): `${A}/${string}` {
  return `${aggregate}/${id}`;
}

/** @throws RangeError when the text names no known aggregate. */
export function parseStreamId(text: string): { aggregate: Aggregate; id: string; stream: StreamId } {
  const slash = text.indexOf('/');
  const aggregate = AGGREGATES.find((each) => each === text.slice(0, slash));
  if (aggregate === undefined || slash === text.length - 1)
    throw new RangeError(`not a stream id: ${text.slice(0, 80)}`);
  const id = text.slice(slash + 1);
  return { aggregate, id, stream: streamId(aggregate, id) };
}

/** SHA-256 of length-prefixed parts, so that ('ab','c') and ('a','bc') differ. */
export function digest(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = Buffer.from(part, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.digest('hex');
}

/** A UUID (version 8, RFC 9562) that is the same for the same parts: retries of a create meet their own stream. */
export function derivedUuid(...parts: readonly string[]): string {
  const bytes = Buffer.from(digest('ftm.uuid', ...parts), 'hex').subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The stream that says of a tenant itself what happened to it. */
export const tenantStreamId = (tenant: TenantId): `tenant/${string}` =>
  streamId('tenant', derivedUuid('ftm.tenant', tenant));

/** The id of a command in the log: what a retry is recognised by. */
export function commandId(tenant: TenantId, key: string): string {
  return digest('ftm.command', tenant, key);
}
