import type { StreamId, TenantId } from './ids.ts';
import type { FtmEvent } from './generated/events.ts';

/** What travels with every event, as Kafka headers in CloudEvents binary mode. All times ISO 8601 with milliseconds, all hashes hex. */
export interface Envelope {
  readonly tenantId: TenantId;
  /** UUIDv7. */
  readonly id: string;
  /** Full name, e.g. `ftm.dataset.DatasetSanitized`. */
  readonly type: string;
  readonly source: string;
  /** Never earlier than the event before it of the same tenant. */
  readonly time: string;
  readonly stream: StreamId;
  /** In the stream, from 1. */
  readonly version: number;
  /** In the tenant, from 1, no gap. */
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  /** Id of the command that caused it; see `commandId`. */
  readonly command: string;
  /** SHA-256 of what was asked (route and canonical body): the same key with another body is refused. */
  readonly fingerprint: string;
  /** Subject of the principal, or `runner:<name>`. */
  readonly actor: string;
  readonly correlation: string;
  readonly causation: string | null;
  readonly traceparent: string | null;
}

/** An event as it stands in the log. */
export interface RecordedEvent {
  readonly envelope: Envelope;
  readonly event: FtmEvent;
  readonly position: LogPosition;
}

export interface LogPosition {
  readonly partition: number;
  readonly offset: bigint;
}

export type Headers = Record<string, string>;

export const CONTENT_TYPE = 'application/vnd.apache.avro+confluent';

/** The envelope as Kafka headers. */
export function toHeaders(envelope: Envelope): Headers {
  return {
    ce_specversion: '1.0',
    ce_id: envelope.id,
    ce_type: envelope.type,
    ce_source: envelope.source,
    ce_time: envelope.time,
    ce_subject: envelope.stream,
    'content-type': CONTENT_TYPE,
    ftm_version: String(envelope.version),
    ftm_seq: String(envelope.seq),
    ftm_prev: envelope.prev,
    ftm_hash: envelope.hash,
    ftm_command: envelope.command,
    ftm_fingerprint: envelope.fingerprint,
    ftm_actor: envelope.actor,
    ftm_correlation: envelope.correlation,
    ...(envelope.causation === null ? {} : { ftm_causation: envelope.causation }),
    ...(envelope.traceparent === null ? {} : { traceparent: envelope.traceparent }),
  };
}

/** @throws RangeError naming the header that is missing or malformed. */
export function fromHeaders(tenantId: TenantId, headers: MaybeHeaders): Envelope {
  return {
    tenantId,
    id: text(headers, 'ce_id'),
    type: text(headers, 'ce_type'),
    source: text(headers, 'ce_source'),
    time: text(headers, 'ce_time'),
    stream: text(headers, 'ce_subject') as StreamId,
    version: count(headers, 'ftm_version'),
    seq: count(headers, 'ftm_seq'),
    prev: text(headers, 'ftm_prev'),
    hash: text(headers, 'ftm_hash'),
    command: text(headers, 'ftm_command'),
    fingerprint: text(headers, 'ftm_fingerprint'),
    actor: text(headers, 'ftm_actor'),
    correlation: text(headers, 'ftm_correlation'),
    causation: headers['ftm_causation'] ?? null,
    traceparent: headers['traceparent'] ?? null,
  };
}

type MaybeHeaders = Readonly<Record<string, string | undefined>>;

function text(headers: MaybeHeaders, name: string): string {
  const value = headers[name];
  if (value === undefined || value === '') throw new RangeError(`header ${name} is missing`);
  return value;
}

// As the writer writes them: Postgres reads these headers too, and takes no other way to write a number.
const COUNT = /^[1-9]\d*$/;

function count(headers: MaybeHeaders, name: string): number {
  const given = text(headers, name);
  const value = Number(given);
  if (!COUNT.test(given) || !Number.isSafeInteger(value))
    throw new RangeError(`header ${name} is not a positive integer`);
  return value;
}
