import avro from 'avsc';
import { UPCASTERS, type Upcaster } from './upcasters.ts';
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

/** An event that does not fit its schema. Who made it made it wrongly, and would again. Values are not in it: they may be personal. */
export class EventMisfit extends Error {
  /** Name of the event. */
  readonly type: string;
  /** Of the first field that does not fit, its names joined by dots; the empty text for the event's data as a whole. */
  readonly path: string;
  constructor(type: string, problems: readonly { readonly path: string; readonly is: string }[]) {
    const places = problems.map(({ path, is }) => `${path === '' ? '(root)' : path}: ${is}`);
    super(`${type} does not fit its schema at ${places.join('; ')}`);
    this.name = 'EventMisfit';
    this.type = type;
    this.path = problems[0]?.path ?? '';
  }
}

/** Avro body of an event, without the registry's framing. @throws EventMisfit */
export function encodeBody(name: string, data: unknown): Buffer {
  const type = typeFor(name);
  const problems: { path: string; is: string }[] = [];
  type.isValid(data, {
    errorHook: (path, value) => void problems.push({ path: path.join('.'), is: typeof value }),
  });
  if (problems.length > 0) throw new EventMisfit(name, problems);
  return type.toBuffer(data);
}

/** The schema is none of the versions that this program knows: the event was written by a newer one. */
export class UnknownSchemaVersion extends Error {
  constructor(fullType: string, known: number) {
    super(
      `${fullType} was written with a schema that this version does not know (it knows ${known}): upgrade, then replay`,
    );
    this.name = 'UnknownSchemaVersion';
  }
}

/**
 * The event in a body that was written with `writerSchema`, as today's reader sees it: upcast version by version.
 * A newer schema is refused though Avro could resolve it: what it adds would be lost to whoever stores the result.
 * @throws UnknownSchemaVersion, or Error when the body is not of that schema
 */
export function decodeBody(fullType: string, body: Buffer, writerSchema?: unknown): FtmEvent {
  return decodeVersion(fullType, body, writtenVersion(fullType, writerSchema));
}

/** Which version of its event's schema that is, from 1; the newest for none given. @throws UnknownSchemaVersion, RangeError for an unknown type */
export function writtenVersion(fullType: string, writerSchema?: unknown): number {
  const versions = knownVersions(fullType);
  const index = writerSchema === undefined ? versions.length - 1 : indexOf(versions, writerSchema);
  if (index < 0) throw new UnknownSchemaVersion(fullType, versions.length);
  return index + 1;
}

/** The event in a body of that version, as today's reader sees it. @throws UnknownSchemaVersion, RangeError for an unknown type, or Error for another body */
export function decodeVersion(fullType: string, body: Buffer, version: number): FtmEvent {
  const versions = knownVersions(fullType);
  const writer = versions[version - 1];
  if (writer === undefined) throw new UnknownSchemaVersion(fullType, versions.length);
  const said = toPlain(writer.type.fromBuffer(body));
  return { type: eventName(fullType), data: upcast(versions, version - 1, said) } as FtmEvent;
}

function knownVersions(fullType: string): readonly SchemaVersion[] {
  const name = eventName(fullType);
  if (name === undefined) throw new RangeError(`unknown event type ${fullType}`);
  return versionsOf(name);
}

/** One version of an event's schema, ready to read. */
export interface SchemaVersion {
  readonly type: avro.Type;
  readonly upcaster?: Upcaster | undefined;
}

/** `data` of version `from` (index in `versions`) as the newest says it. */
export function upcast(versions: readonly SchemaVersion[], from: number, data: unknown): unknown {
  let said = data;
  for (let index = from; index + 1 < versions.length; index += 1) {
    const [old, next] = [versions[index], versions[index + 1]];
    if (old === undefined || next === undefined) break;
    said =
      old.upcaster?.(said as Readonly<Record<string, unknown>>) ??
      toPlain(next.type.fromBuffer(old.type.toBuffer(said), next.type.createResolver(old.type), true));
  }
  return said;
}

export function schemaVersion(schema: unknown, upcaster?: Upcaster): SchemaVersion {
  return { type: avro.Type.forSchema(schema as avro.Schema, { ...TYPE_OPTIONS }), upcaster };
}

const VERSIONS = new Map<string, readonly SchemaVersion[]>();

function versionsOf(name: string): readonly SchemaVersion[] {
  let versions = VERSIONS.get(name);
  if (versions === undefined) {
    versions = (EVENT_SCHEMAS[name] ?? []).map(({ version, schema }) =>
      schemaVersion(schema, UPCASTERS[name]?.[version]),
    );
    VERSIONS.set(name, versions);
  }
  return versions;
}

const INDEXES = new WeakMap<object, number>();

/** Which version a schema is, by Avro's fingerprint of its canonical form; -1 for none. */
function indexOf(versions: readonly SchemaVersion[], schema: unknown): number {
  if (typeof schema !== 'object' || schema === null) return -1;
  let index = INDEXES.get(schema);
  if (index === undefined) {
    const wanted = schemaVersion(schema).type.fingerprint();
    index = versions.findIndex(({ type }) => type.fingerprint().equals(wanted));
    INDEXES.set(schema, index);
  }
  return index;
}

const BY_FULL_NAME = new Map<string, EventName>(
  Object.entries(EVENT_SCHEMAS)
    .filter(([, versions]) => versions.at(-1)?.aggregate !== 'log')
    .map(([name, versions]) => [versions.at(-1)?.fullName ?? name, name as EventName]),
);
// Unions of null and one type are read as plain values, not as wrapped branches. Copied for every use: avsc keeps the named types of a
// schema in the options it was given, and records of the same name stand in many schemas.
const TYPE_OPTIONS: Partial<avro.ForSchemaOptions> = { wrapUnions: 'never' };

function typeFor(name: string): avro.Type {
  const type = versionsOf(name).at(-1)?.type;
  if (type === undefined) throw new RangeError(`no schema for event ${name}`);
  return type;
}

/** avsc makes class instances; events are plain data, so that they compare, clone and log like any other. */
function toPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toPlain);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toPlain(each)]));
}
