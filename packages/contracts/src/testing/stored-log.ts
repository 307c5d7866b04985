import { readFileSync } from 'node:fs';
import { decodeVersion } from '../codec.ts';
import { fromHeaders, type Headers, type RecordedEvent } from '../envelope.ts';
import { tenantId, type StreamId, type TenantId } from '../ids.ts';

const FOLDER = `${import.meta.dirname}/../../stored-log`;

/** An event of a log that an older program wrote, with what stands in Kafka for it. */
export interface StoredRecord extends RecordedEvent {
  readonly headers: Headers;
  readonly value: Buffer;
}

interface StoredLine {
  readonly kind: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly headers: Headers;
  readonly value: string;
}

/**
 * A log that the program of version 0.1.0 wrote: commands through its rules, with each type of event and each aggregate in each of its states. It was made once and is never written
 * anew. In the frame of a value stands the version of its type's schema, where a real log has the registry's id.
 */
export function storedLog(): StoredRecord[] {
  return lines<StoredLine>('log.jsonl')
    .filter(({ kind }) => kind === 'event')
    .map(({ key, headers, value, partition, offset }) => {
      const envelope = fromHeaders(tenantId(key), headers);
      const bytes = Buffer.from(value, 'base64');
      return {
        envelope,
        event: decodeVersion(envelope.type, bytes.subarray(5), bytes.readUInt32BE(1)),
        position: { partition, offset: BigInt(offset) },
        headers,
        value: bytes,
      };
    });
}

export interface StoredState {
  readonly tenant: TenantId;
  readonly stream: StreamId;
  readonly state: Readonly<Record<string, unknown>>;
}

/** Each stream of that log as the same program folded it. */
export const storedStates = (): StoredState[] => lines<StoredState>('states.jsonl');

const lines = <T>(file: string): T[] =>
  readFileSync(`${FOLDER}/${file}`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
