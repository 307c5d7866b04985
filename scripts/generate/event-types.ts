import { latest, TECHNICAL, type AvroRecord, type AvroType, type EventSchema } from './read-schemas.ts';

const PRIMITIVES: Record<string, string> = {
  string: 'string',
  int: 'number',
  long: 'number',
  double: 'number',
  boolean: 'boolean',
  bytes: 'Uint8Array',
  null: 'null',
};

/** TypeScript for the events: an interface per record, the union of all events, and the schemas themselves. */
export function eventTypes(schemas: readonly EventSchema[]): string {
  const interfaces = new Map<string, string>();
  const define = (record: AvroRecord): string => {
    const text = interfaceOf(record, typeOf);
    const known = interfaces.get(record.name);
    if (known !== undefined && known !== text)
      throw new Error(`${record.name} is defined twice, and differently`);
    interfaces.set(record.name, text);
    return record.name;
  };
  const typeOf = (type: AvroType): string => {
    if (typeof type === 'string') return PRIMITIVES[type] ?? type.split('.').at(-1) ?? type;
    if (isUnion(type))
      return type
        .map(typeOf)
        .sort((a, b) => Number(a === 'null') - Number(b === 'null'))
        .join(' | ');
    if (type.type === 'record') return define(type);
    if (type.type === 'array') return `readonly ${parenthesised(typeOf(type.items))}[]`;
    return type['ftm.values']?.map((value) => `'${value}'`).join(' | ') ?? PRIMITIVES[type.type] ?? 'never';
  };

  const events = latest(schemas);
  for (const event of events) define(event.schema);
  const domain = events.filter((event) => event.aggregate !== TECHNICAL);
  return [
    '// Generated from schemas/ by `npm run generate`. Do not edit.',
    '',
    ...[...interfaces.keys()].sort().map((name) => interfaces.get(name) ?? ''),
    '/** Every event of the log: its name and what it says. */',
    'export type FtmEvent =',
    domain.map((event) => `  | { readonly type: '${event.name}'; readonly data: ${event.name} }`).join('\n') +
      ';',
    '',
    "export type EventName = FtmEvent['type'];",
    "export type EventData<N extends EventName> = Extract<FtmEvent, { type: N }>['data'];",
    '',
    'export interface EventSchemaEntry { readonly aggregate: string; readonly fullName: string; ' +
      'readonly version: number; readonly schema: unknown }',
    '',
    '/** All versions of all schemas, oldest first; the last of a name is the one that is written. */',
    'export const EVENT_SCHEMAS: Readonly<Record<string, readonly EventSchemaEntry[]>> = ' +
      JSON.stringify(versions(schemas), null, 1) +
      ';',
    '',
  ].join('\n');
}

function versions(schemas: readonly EventSchema[]): Record<string, unknown[]> {
  const byName: Record<string, unknown[]> = {};
  for (const { aggregate, name, version, schema } of [...schemas].sort((a, b) => a.version - b.version)) {
    (byName[name] ??= []).push({ aggregate, fullName: `${schema.namespace}.${name}`, version, schema });
  }
  return byName;
}

function interfaceOf(record: AvroRecord, typeOf: (type: AvroType) => string): string {
  const fields = record.fields.map(
    (field) => `  /** ${field.doc ?? ''} */\n  readonly ${field.name}: ${typeOf(field.type)};`,
  );
  return `/** ${record.doc ?? ''} */\nexport interface ${record.name} {\n${fields.join('\n')}\n}\n`;
}

const parenthesised = (type: string): string => (type.includes('|') ? `(${type})` : type);
const isUnion = (type: AvroType): type is readonly AvroType[] => Array.isArray(type);
