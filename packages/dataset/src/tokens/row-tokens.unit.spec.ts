import type { ChatRow, Message, Tool } from '../rows/row.ts';
import { billingRules } from './billing.ts';
import { createTokenCounter, type TokenCounter } from './row-tokens.ts';

let counter: TokenCounter;
let older: TokenCounter;
beforeAll(async () => {
  [counter, older] = [
    await createTokenCounter('gpt-4.1-mini-2025-04-14'),
    await createTokenCounter('gpt-3.5-turbo'),
  ];
});

const user = (content: Message['content']): Message => ({
  role: 'user',
  ...(content === undefined ? {} : { content }),
});
const assistant = (content: string): Message => ({ role: 'assistant', content });

const TOOL: Tool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Get the weather.',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string', description: 'Where.' },
        unit: { type: 'string', description: 'Unit', enum: ['C', 'F'] },
      },
    },
  },
};

describe('a row', () => {
  it('is its contents and four a message, whatever the weight', () => {
    const row: ChatRow = { messages: [user('hello world'), { ...assistant('hello'), weight: 0 }] };
    expect(counter.row(row)).toEqual({
      tokens: 2 + 4 + 1 + 4,
      billable: 11,
      cut: false,
      messages: 2,
      assumedImages: 0,
    });
  });

  it('has a name’s tokens and one more', () => {
    const named: ChatRow = { messages: [{ ...user('hello'), name: 'Tom' }] };
    expect(counter.row(named).tokens).toBe(1 + 4 + counter.text('Tom') + 1);
  });

  it('has tools as lines with the documented overhead, by family of models', () => {
    const bare = { messages: [user('hello')] };
    const lines = (count: (text: string) => number): number =>
      ['get_weather:Get the weather', 'city:string:Where', 'unit:string:Unit', 'C', 'F'].reduce(
        (sum, line) => sum + count(line),
        0,
      );
    const overhead = 3 + 3 + 3 - 3 + 3 + 3 + 12;
    const withTools = { ...bare, tools: [TOOL] };
    expect(counter.row(withTools).tokens - counter.row(bare).tokens).toBe(7 + overhead + lines(counter.text));
    expect(older.row(withTools).tokens - older.row(bare).tokens).toBe(10 + overhead + lines(older.text));
  });

  it('has tools without parameters, and with nested ones', () => {
    const tool = (parameters?: Record<string, unknown>): Tool => ({
      type: 'function',
      function: { name: 'f', ...(parameters === undefined ? {} : { parameters }) },
    });
    const tokens = (each: Tool): number => counter.row({ messages: [user('')], tools: [each] }).tokens - 4;
    expect(tokens(tool())).toBe(7 + 12 + counter.text('f:'));
    const nested = { properties: { a: { type: 'object', properties: { b: { type: ['string', 'null'] } } } } };
    expect(tokens(tool(nested))).toBe(
      tokens(tool()) + 2 * (3 + 3) + counter.text('a:object:') + counter.text('b:["string","null"]:'),
    );
  });

  it('has the names and arguments of tool calls, and what a tool answered', () => {
    const call = {
      id: 'call_1',
      type: 'function',
      function: { name: 'get_weather', arguments: '{"city":"Rome"}' },
    } as const;
    const row: ChatRow = {
      messages: [
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
      ],
    };
    expect(row.messages).toHaveLength(2);
    expect(counter.row(row).tokens).toBe(
      4 + 3 + counter.text('get_weather') + counter.text('{"city":"Rome"}') + 4 + counter.text('sunny'),
    );
  });

  it('for preference has its prompt once and both answers', () => {
    const { tokens, messages } = counter.row({
      input: { messages: [user('hello')] },
      preferred_output: [assistant('hello world')],
      non_preferred_output: [assistant('world')],
    });
    expect([tokens, messages]).toEqual([1 + 2 + 1 + 3 * 4, 3]);
  });

  it('of prompt and completion has no frame', () => {
    expect(counter.row({ prompt: 'hello', completion: ' world' }).tokens).toBe(2);
  });

  it('is billed up to the limit, beyond which it would be cut', () => {
    const long = (tokens: number): ChatRow => ({ messages: [user(' hello'.repeat(tokens - 4))] });
    expect(counter.row(long(65_536))).toMatchObject({ tokens: 65_536, billable: 65_536, cut: false });
    expect(counter.row(long(65_537))).toMatchObject({ tokens: 65_537, billable: 65_536, cut: true });
  });
});

describe('a tool’s schema', () => {
  const PERSON = {
    type: 'object',
    properties: {
      full_name: { type: 'string', description: 'Name as in the passport' },
      nationality: { type: 'string', enum: ['DE', 'FR', 'US', 'JP'] },
    },
  };
  const tokensOf = (traveller: unknown, more: object = {}): number =>
    counter.row({
      messages: [user('a')],
      tools: [
        {
          type: 'function',
          function: { name: 'book', parameters: { type: 'object', properties: { traveller }, ...more } },
        },
      ],
    }).tokens;
  const inline = (): number => tokensOf(PERSON);

  it.each<[string, unknown, object]>([
    ['$ref', { $ref: '#/$defs/Person' }, { $defs: { Person: PERSON } }],
    ['anyOf', { anyOf: [PERSON, { type: 'null' }] }, {}],
    ['oneOf', { oneOf: [PERSON] }, {}],
    ['allOf', { allOf: [PERSON] }, {}],
    ['items', { type: 'array', items: PERSON }, {}],
    ['additionalProperties', { type: 'object', additionalProperties: PERSON }, {}],
  ])('counts under %s about as much as where it stands itself', (_, traveller, more) => {
    expect(Math.abs(tokensOf(traveller, more) - inline())).toBeLessThanOrEqual(4);
  });

  it('counts what is defined and not used for nothing', () => {
    const string = { type: 'string' };
    expect(tokensOf(string, { $defs: { Person: PERSON } })).toBe(tokensOf(string));
  });

  it('that refers to itself, to nothing or doubles at every step comes to an end', () => {
    const two = (to: string): object => ({
      type: 'object',
      properties: { a: { $ref: to }, b: { $ref: to } },
    });
    const $defs = Object.fromEntries(
      Array.from({ length: 200 }, (_, at) => [`D${at}`, two(`#/$defs/D${at + 1}`)]),
    );
    for (const $ref of ['#', '#/properties/traveller', '#/none', 'https://a/b', '#/$defs/D0'])
      expect(Number.isFinite(tokensOf({ $ref }, { $defs }))).toBe(true);
  });
});

describe('an image', () => {
  const image = (url: string, detail?: 'low' | 'high'): number =>
    counter.row({
      messages: [
        user([{ type: 'image_url', image_url: { url, ...(detail === undefined ? {} : { detail }) } }]),
      ],
    }).tokens - 4;
  const dataUri = (bytes: Buffer): string => `data:image/png;base64,${bytes.toString('base64')}`;
  const png = (width: number, height: number): string => {
    const bytes = Buffer.alloc(33);
    bytes.write('\x89PNG\r\n\x1a\n', 'latin1');
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    return dataUri(bytes);
  };
  const jpeg = (width: number, height: number): string => {
    const bytes = Buffer.from('ffd8ffe000040000ffc0001108000000000311221133', 'hex');
    bytes.writeUInt16BE(height, 13);
    bytes.writeUInt16BE(width, 15);
    return dataUri(bytes);
  };
  const webp = (width: number, height: number): string => {
    const bytes = Buffer.alloc(30);
    bytes.write('RIFF', 0, 'latin1');
    bytes.write('WEBPVP8X', 8, 'latin1');
    bytes.writeUIntLE(width - 1, 24, 3);
    bytes.writeUIntLE(height - 1, 27, 3);
    return dataUri(bytes);
  };

  it('of low detail has 85', () => {
    expect(image('https://example.org/a.png', 'low')).toBe(85);
  });

  // The first two are the worked examples of the provider's guide.
  it.each([
    [1024, 1024, 4],
    [2048, 4096, 6],
    [512, 512, 1],
    [513, 100, 2],
    [1, 1, 1],
  ])('of %i × %i has %i tiles, as PNG, JPEG and WebP', (width, height, tiles) => {
    for (const url of [png(width, height), jpeg(width, height), webp(width, height)])
      expect(image(url)).toBe(85 + 170 * tiles);
  });

  it('whose size cannot be read is assumed to be of middling size, and said to be', () => {
    for (const url of [
      'https://example.org/a.png',
      'data:image/png;base64,AAAA',
      'data:image/jpeg;base64,/9j/',
    ])
      expect(counter.row({ messages: [user([{ type: 'image_url', image_url: { url } }])] })).toMatchObject({
        tokens: 4 + 85 + 170 * 4,
        assumedImages: 1,
      });
  });
});

describe('rules', () => {
  it('are those of a model’s family, also when it is fine-tuned', () => {
    expect(billingRules('gpt-4o-2024-08-06')).toMatchObject({ encoding: 'o200k_base', limit: 65_536 });
    expect(billingRules('ft:gpt-3.5-turbo-0125:acme::abc')).toMatchObject({
      encoding: 'cl100k_base',
      limit: 16_385,
    });
    expect(billingRules('gpt-4-0613').encoding).toBe('cl100k_base');
    expect(billingRules('o4-mini')).toMatchObject({ encoding: 'o200k_base', limit: null });
  });
});
