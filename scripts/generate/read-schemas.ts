import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type AvroType = string | AvroRecord | AvroArray | AvroPrimitive | readonly AvroType[];
export interface AvroField {
  name: string;
  type: AvroType;
  doc?: string;
  default?: unknown;
}
export interface AvroRecord {
  type: 'record';
  name: string;
  namespace: string;
  doc?: string;
  fields: AvroField[];
}
export interface AvroArray {
  type: 'array';
  items: AvroType;
}
/** A primitive with attributes; `ftm.values` lists the values known today of an open string. */
export interface AvroPrimitive {
  type: 'string' | 'int' | 'long' | 'double' | 'boolean' | 'bytes';
  logicalType?: string;
  'ftm.values'?: string[];
}

export interface EventSchema {
  aggregate: string;
  name: string;
  version: number;
  file: string;
  schema: AvroRecord;
}

/** The directory of events that belong on a stream of any aggregate. */
export const ANY_STREAM = 'any-stream';

/** The directory of records that are of the log itself, and on no stream. */
export const TECHNICAL = 'log';

/** Every `schemas/<aggregate>/<EventName>.v<N>.avsc`, by aggregate, name and version. */
export function readSchemas(root: string): EventSchema[] {
  const found: EventSchema[] = [];
  for (const aggregate of readdirSync(root).sort()) {
    for (const file of readdirSync(join(root, aggregate)).sort()) {
      const match = /^([A-Za-z]+)\.v(\d+)\.avsc$/.exec(file);
      if (match?.[1] === undefined) throw new Error(`${aggregate}/${file}: not <EventName>.v<N>.avsc`);
      const schema = JSON.parse(readFileSync(join(root, aggregate, file), 'utf8')) as AvroRecord;
      if (schema.name !== match[1])
        throw new Error(`${aggregate}/${file}: the record is named ${schema.name}`);
      found.push({
        aggregate,
        name: schema.name,
        version: Number(match[2]),
        file: `schemas/${aggregate}/${file}`,
        schema,
      });
    }
  }
  return found;
}

/** The newest version of each event: what is written today, and what TypeScript sees. */
export function latest(schemas: readonly EventSchema[]): EventSchema[] {
  const byName = new Map<string, EventSchema>();
  for (const schema of schemas) {
    const known = byName.get(schema.name);
    if (known === undefined || known.version < schema.version) byName.set(schema.name, schema);
  }
  return [...byName.values()];
}
