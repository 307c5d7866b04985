import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeBody,
  encodeBody,
  fullName,
  newest,
  schemaVersion,
  upcast,
  UnknownSchemaVersion,
} from './codec.ts';
import { EVENT_SCHEMAS } from './generated/events.ts';

interface StoredBytes {
  readonly bytes: string;
  readonly data: object;
}

const STORED = join(import.meta.dirname, '../stored-bytes');

describe('the codec', () => {
  it('knows every schema next to every other, though they share named records', () => {
    for (const name of Object.keys(EVENT_SCHEMAS))
      expect(() => encodeBody(name, {})).toThrow(`${name} does not fit its schema`);
  });

  const stored = readdirSync(STORED).map((file) => {
    const [name = '', version = ''] = file.split('.');
    const samples = JSON.parse(readFileSync(join(STORED, file), 'utf8')) as StoredBytes[];
    return { file, name, version: Number(version.slice(1)), samples };
  });

  it.each(stored.filter(({ name }) => EVENT_SCHEMAS[name]?.[0]?.aggregate !== 'log'))(
    'reads for ever what $file holds',
    ({ name, version, samples }) => {
      const schema = EVENT_SCHEMAS[name]?.find((each) => each.version === version)?.schema;
      expect(samples.length).toBeGreaterThan(0);
      for (const { bytes, data } of samples)
        // What was said is kept; what a later version added has its default, and fits today's schema.
        expect(() => encodeBody(name, reread(name, bytes, schema, data))).not.toThrow();
    },
  );

  function reread(name: string, bytes: string, schema: unknown, said: object): unknown {
    const event = decodeBody(fullName(name), Buffer.from(bytes, 'hex'), structuredClone(schema));
    expect(event).toMatchObject({ type: name, data: said });
    return event.data;
  }

  it('has stored bytes of every version of every event', () => {
    const wanted = Object.entries(EVENT_SCHEMAS).flatMap(([name, versions]) =>
      versions.map(({ version }) => `${name}.v${version}.json`),
    );
    expect(stored.map(({ file }) => file).sort()).toEqual(wanted.sort());
  });

  it('refuses what a newer schema wrote, though it could be resolved', () => {
    const data = { reason: 'asked for', dataKeyId: 'key-1', uploadDataKeyId: null };
    const schema = structuredClone(newest('DatasetErased').schema) as { fields: unknown[] };
    schema.fields.push({ name: 'added', type: ['null', 'string'], default: null });
    const body = Buffer.concat([encodeBody('DatasetErased', data), Buffer.from([0])]);
    expect(() => decodeBody(fullName('DatasetErased'), body, schema)).toThrow(UnknownSchemaVersion);
  });

  it('carries an old event over every version, with an upcaster where meaning moved', () => {
    const record = (...fields: unknown[]) => ({ type: 'record', name: 'Limit', namespace: 'test', fields });
    const amount = (name: string) => ({ name, type: 'long', default: 0 });
    const versions = [
      schemaVersion(record(amount('dollars'))),
      // Version 2 only adds a field: Avro's default says it.
      schemaVersion(record(amount('dollars'), { name: 'soft', type: 'boolean', default: false }), (old) => ({
        ...old,
        usdMicros: Number(old['dollars']) * 1_000_000,
      })),
      // From version 3 on the amount counts in millionths: a default of 0 would say that nothing may be spent.
      schemaVersion(
        record(amount('dollars'), { name: 'soft', type: 'boolean', default: false }, amount('usdMicros')),
      ),
    ];
    // 07 as a zigzag varint: 14.
    const old: unknown = JSON.parse(JSON.stringify(versions[0]?.type.fromBuffer(Buffer.from('0e', 'hex'))));
    expect(upcast(versions, 0, old)).toEqual({ dollars: 7, soft: false, usdMicros: 7_000_000 });
    expect(upcast(versions, 2, { dollars: 0, soft: true, usdMicros: 5 })).toEqual({
      dollars: 0,
      soft: true,
      usdMicros: 5,
    });
  });
});
