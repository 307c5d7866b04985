import avro from 'avsc';
import { EVENT_SCHEMAS, type EventName, type EventSchemaEntry, type FtmEvent } from './generated/events.ts';

/** `ftm.dataset.DatasetSanitized` for `DatasetSanitized`. @throws RangeError for a name that has no schema. */
export function fullName(name: string): string {
  return newest(name).fullName;
}

/** The event's name if this program knows the type, else undefined (a newer writer's event). */
export function eventName(fullType: string): EventName | undefined {
  return BY_FULL_NAME.get(fullType);
}

/** The schema that is written today. @throws RangeError for a name that has no schema. */
export function newest(name: string): EventSchemaEntry {
  const entry = EVENT_SCHEMAS[name]?.at(-1);
  if (entry === undefined) throw new RangeError(`no schema for event ${name}`);
  return entry;
}

/** Avro body of an event, without the registry's framing. @throws TypeError naming the field that does not fit the schema. */
export function encodeBody(name: string, data: unknown): Buffer {
  const type = typeFor(name);
  const problems: string[] = [];
  type.isValid(data, {
    errorHook: (path, value) => problems.push(`${path.join('.') || '(root)'}: ${typeof value}`),
  });
  if (problems.length > 0) throw new TypeError(`${name} does not fit its schema at ${problems.join('; ')}`);
  return type.toBuffer(data);
}

/**
 * The event in a body that was written with `writerSchema`, as today's reader sees it.
 * @throws Error when the body is not of that schema or the schemas do not resolve.
 */
export function decodeBody(fullType: string, body: Buffer, writerSchema?: unknown): FtmEvent {
  const name = eventName(fullType);
  if (name === undefined) throw new RangeError(`unknown event type ${fullType}`);
  const reader = typeFor(name);
  if (writerSchema === undefined || sameSchema(writerSchema, newest(name).schema))
    return plain(name, reader.fromBuffer(body));
  const key = `${name}:${JSON.stringify(writerSchema)}`;
  let entry = RESOLVERS.get(key);
  if (entry === undefined) {
    const writer = avro.Type.forSchema(writerSchema as avro.Schema, { ...TYPE_OPTIONS });
    entry = { writer, resolver: reader.createResolver(writer) };
    RESOLVERS.set(key, entry);
  }
  return plain(name, reader.fromBuffer(body, entry.resolver, true));
}

const RESOLVERS = new Map<string, { writer: avro.Type; resolver: avro.Resolver }>();
const TYPES = new Map<string, avro.Type>();
const SAME = new WeakMap<object, boolean>();
const BY_FULL_NAME = new Map<string, EventName>(
  Object.entries(EVENT_SCHEMAS)
    .filter(([, versions]) => versions.at(-1)?.aggregate !== 'log')
    .map(([name, versions]) => [versions.at(-1)?.fullName ?? name, name as EventName]),
);
// Unions of null and one type are read as plain values, not as wrapped branches. Copied for every use: avsc keeps the named types of a
// schema in the options it was given, and records of the same name stand in many schemas.
const TYPE_OPTIONS: Partial<avro.ForSchemaOptions> = { wrapUnions: 'never' };

function typeFor(name: string): avro.Type {
  let type = TYPES.get(name);
  if (type === undefined) {
    type = avro.Type.forSchema(newest(name).schema as avro.Schema, { ...TYPE_OPTIONS });
    TYPES.set(name, type);
  }
  return type;
}

function sameSchema(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || a === null) return false;
  let same = SAME.get(a);
  if (same === undefined) {
    same = JSON.stringify(a) === JSON.stringify(b);
    SAME.set(a, same);
  }
  return same;
}

/** avsc makes class instances; events are plain data, so that they compare, clone and log like any other. */
function plain(name: EventName, value: unknown): FtmEvent {
  return { type: name, data: toPlain(value) } as FtmEvent;
}

function toPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toPlain);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toPlain(each)]));
}
