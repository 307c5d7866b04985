import { readdirSync, readFileSync } from 'node:fs';
import type { EventName, FtmEvent } from '@ftm/contracts/generated/events';
import { derivedUuid, type Aggregate } from '@ftm/contracts/ids';
import { fold, type StateOf } from '@ftm/domain/aggregates';

const STORED = new URL('../../../contracts/stored-bytes/', import.meta.url);

/** An event with every field filled in, or with none that can be left out: what is stored of every type, with values that its fields can really have. */
export function sampleEvent(type: EventName, filled: boolean): FtmEvent {
  const [full, sparse] = JSON.parse(readFileSync(new URL(newest(type), STORED), 'utf8')) as [
    { data: object },
    { data: object },
  ];
  return { type, data: real((filled ? full : sparse).data) } as FtmEvent;
}

/** What is written today: older versions lack fields, which decoding fills in. */
function newest(type: EventName): string {
  const versions = readdirSync(STORED).flatMap((file) => {
    const [, name, version] = /^(\w+)\.v(\d+)\.json$/.exec(file) ?? [];
    return name === type ? [Number(version)] : [];
  });
  return `${type}.v${Math.max(...versions)}.json`;
}

/** Values of the schemas are any text and any number; those of FTM are ids, shares and JSON. */
function real(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => real(each, key));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, real(each, `${key}.${name}`)]),
    );
  // All events are about one target.
  if (key.endsWith('.target.value')) return 'support';
  if (key.endsWith('.target.type')) return 'assistant';
  if (typeof value === 'number' && /score$/i.test(key)) return 0.5;
  if (typeof value === 'string' && /\.configJson$/.test(key)) return '{"operation":"eq"}';
  if (value === 'text_similarity') return 'string_check';
  return typeof value === 'string' && /(Id|Ids|\.rebuildOf)$/.test(key) ? derivedUuid(value) : value;
}

/** The state of an aggregate after these events, each with all fields or each with as few as it can have. */
export function sampleState<A extends Aggregate>(
  aggregate: A,
  types: readonly EventName[],
  filled: boolean,
): StateOf<A> {
  return fold(
    aggregate,
    types.map((type, at) => ({
      event: sampleEvent(type, filled),
      meta: { time: '2026-01-01T00:00:00.000Z', actor: 'user:ada', version: at + 1, seq: at + 1 },
    })),
  );
}
