import { createRequire } from 'node:module';
import { AvroSchemaParser } from '@asyncapi/avro-schema-parser';
import { Parser } from '@asyncapi/parser';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { asyncApiDocument } from './asyncapi.ts';
import { EVENT_SCHEMAS } from './generated/events.ts';

const require = createRequire(import.meta.url);

describe('the AsyncAPI document', () => {
  it('is valid by the official JSON schema of its version, which finds what is wrong with a spoilt one', () => {
    const document = asyncApiDocument() as { asyncapi: string; operations: object };
    const schema = require('@asyncapi/specs/schemas/3.0.0.json') as object;
    // It brings the draft of JSON schema that it is written in.
    const ajv = new Ajv({ strict: false, meta: false, validateSchema: false });
    addFormats.default(ajv);
    const validate = ajv.compile(schema);
    validate(document);
    expect(validate.errors).toBeNull();

    const { asyncapi, ...unnamed } = document;
    for (const spoilt of [
      unnamed,
      { ...document, asyncapi: `${asyncapi}-not` },
      { ...document, channel: {} },
      { ...document, operations: { ...document.operations, odd: { action: 'publish' } } },
    ])
      expect(validate(spoilt)).toBe(false);
  });

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
