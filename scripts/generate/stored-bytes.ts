import avro from 'avsc';
import { createHash } from 'node:crypto';
import type { AvroRecord, AvroType, EventSchema } from './read-schemas.ts';

/**
 * Bodies of one version of an event as its first program wrote them: one with all that is optional, one without. They
 * are made once, when the version is new, and never again: that today's reader still reads them is what the specs
 * check.
 */
export function storedBytes({ name, version, schema }: EventSchema): string {
  const type = avro.Type.forSchema(schema as avro.Schema, { wrapUnions: 'never' });
  const samples = [true, false].map((full) => {
    const data = sampler(full)(schema, `${name}.v${version}`);
    return { bytes: type.toBuffer(data).toString('hex'), data };
  });
  return `${JSON.stringify(samples, null, 2)}\n`;
}

/**
 * Makes values that differ from field to field. A named record is defined once in a schema, and only named after
 * that: so also what is left out is looked at.
 */
function sampler(full: boolean) {
  const named = new Map<string, AvroRecord>();
  const sample = (type: AvroType, path: string): unknown => {
    if (isUnion(type)) {
      const value = type.find((branch) => branch !== 'null');
      const said = value === undefined ? null : sample(value, path);
      return full ? said : null;
    }
    if (typeof type === 'string') {
      const known = named.get(type);
      return known === undefined ? primitive(type, path) : sample(known, path);
    }
    if (type.type === 'record') {
      named.set(`${type.namespace}.${type.name}`, type);
      return Object.fromEntries(
        type.fields.map((field) => [field.name, sample(field.type, `${path}.${field.name}`)]),
      );
    }
    if (type.type === 'array') {
      const said = [0, 1].map((at) => sample(type.items, `${path}.${at}`));
      return full ? said : [];
    }
    return type['ftm.values']?.[number(path) % type['ftm.values'].length] ?? primitive(type.type, path);
  };
  return sample;
}

const isUnion = (type: AvroType): type is readonly AvroType[] => Array.isArray(type);

function primitive(type: string, path: string): unknown {
  switch (type) {
    case 'string':
      return `${path} – ${number(path).toString(36)}`;
    case 'int':
    case 'long':
      return number(path);
    case 'double':
      return number(path) / 1024;
    case 'boolean':
      return number(path) % 2 === 1;
    default:
      throw new Error(`${path}: no sample for ${type}`);
  }
}

const number = (path: string): number => createHash('sha256').update(path).digest().readUInt32BE() >>> 1;
