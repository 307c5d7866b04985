import { decodeBody, encodeBody, fullName, newest } from './codec.ts';
import { EVENT_SCHEMAS } from './generated/events.ts';

describe('the codec', () => {
  it('knows every schema next to every other, though they share named records', () => {
    for (const name of Object.keys(EVENT_SCHEMAS))
      expect(() => encodeBody(name, {})).toThrow(`${name} does not fit its schema`);
  });

  it('reads what another version of the schema wrote', () => {
    const data = { reason: 'asked for', dataKeyId: 'key-1' };
    const schema = structuredClone(newest('DatasetErased').schema) as { fields: unknown[] };
    schema.fields.push({ name: 'added', type: ['null', 'string'], default: null });
    const body = Buffer.concat([encodeBody('DatasetErased', data), Buffer.from([0])]);
    expect(decodeBody(fullName('DatasetErased'), body, schema)).toEqual({ type: 'DatasetErased', data });
  });
});
