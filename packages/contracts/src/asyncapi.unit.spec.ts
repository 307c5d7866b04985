import { AvroSchemaParser } from '@asyncapi/avro-schema-parser';
import { Parser } from '@asyncapi/parser';
import { asyncApiDocument } from './asyncapi.ts';
import { EVENT_SCHEMAS } from './generated/events.ts';

describe('the AsyncAPI document', () => {
  it('is found valid by the reference parser, Avro payloads included', async () => {
    const parser = new Parser({ schemaParsers: [AvroSchemaParser()] });
    const { document, diagnostics } = await parser.parse(JSON.stringify(asyncApiDocument()));
    const errors = diagnostics.filter(({ severity }) => (severity as number) === 0);
    expect(errors).toEqual([]);
    const versions = Object.values(EVENT_SCHEMAS).flat();
    expect(
      document
        ?.channels()
        .get('events')
        ?.messages()
        .all()
        .map((message) => message.name())
        .sort(),
    ).toEqual(versions.map(({ fullName }) => fullName).sort());
    expect(document?.version()).toBe('3.0.0');
  });
});
