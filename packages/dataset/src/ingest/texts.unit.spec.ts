import fc from 'fast-check';
import type { ChatRow, TrainingRow } from '../rows/row.ts';
import { textsOf, withTexts } from './texts.ts';

const said = fc.string({ unit: 'grapheme', maxLength: 30 });
const call = fc.record({
  id: fc.constantFrom('call_1', 'maren@example.org'),
  type: fc.constant('function' as const),
  function: fc.record({
    name: fc.constant('find_card'),
    arguments: fc.oneof(fc.json(), fc.constant('{ "a" : 1.0, "a": 12345678901234567890 }'), said),
  }),
});
const message = fc.record(
  {
    role: fc.constantFrom('user' as const, 'assistant' as const),
    content: fc.oneof(
      said,
      fc.constant(null),
      fc.array(fc.record({ type: fc.constant('text' as const), text: said })),
    ),
    tool_calls: fc.array(call, { maxLength: 2 }),
    weight: fc.constantFrom(0 as const, 1 as const),
  },
  { requiredKeys: ['role'] },
);
const row: fc.Arbitrary<TrainingRow> = fc.oneof(
  fc.record({ messages: fc.array(message, { minLength: 1, maxLength: 4 }) }),
  fc.record({ prompt: said, completion: said }),
  fc.record({
    input: fc.record({ messages: fc.array(message, { maxLength: 2 }) }),
    preferred_output: fc.array(message, { maxLength: 1 }),
    non_preferred_output: fc.array(message, { maxLength: 1 }),
  }),
);
const chat = (content: unknown, more: object = {}): ChatRow =>
  ({ messages: [{ role: 'user', content, ...more }] }) as unknown as ChatRow;
const calling = (id: string, args: string): ChatRow => ({
  messages: [
    { role: 'assistant', tool_calls: [{ id, type: 'function', function: { name: 'f', arguments: args } }] },
    { role: 'tool', tool_call_id: id, content: 'sent' },
  ],
});
const argumentsOf = (from: ChatRow): string | undefined =>
  from.messages[0]?.tool_calls?.[0]?.function.arguments;
/** What a sanitiser does: the same text is the same placeholder. */
const replaced = <R extends TrainingRow>(from: R, secret: string): R =>
  withTexts(
    from,
    textsOf(from).map((text) => text.replaceAll(secret, '[X]')),
  );

describe('the texts of a row', () => {
  it('put back unchanged, make the row, to the letter', () => {
    fc.assert(
      fc.property(row, (any) => {
        expect(JSON.stringify(withTexts(any, textsOf(any)))).toBe(JSON.stringify(any));
      }),
    );
  });

  it('are all of it that is not grammar: whatever is said, wherever, can be replaced', () => {
    const secret = 'maren@example.org';
    const places: TrainingRow[] = [
      chat(secret),
      chat([{ type: 'text', text: `I am ${secret}` }]),
      chat('hello', { name: secret }),
      chat('hello', { refusal: secret }),
      // What only looks like an image is a sentence.
      chat(`data:image/png;base64,AA== and write to ${secret}`),
      chat([{ type: 'image_url', image_url: { url: `https://example.org/?of=${secret}` } }]),
      chat([{ type: 'image_url', image_url: { url: `data:image/png;base64,AA== ${secret}` } }]),
      calling(secret, '{}'),
      calling('call_1', JSON.stringify({ to: [{ address: secret }] })),
      calling('call_1', JSON.stringify({ [secret]: true })),
      calling('call_1', `no JSON: ${secret}`),
      { prompt: secret, completion: 'hello' },
      { prompt: 'hello', completion: secret },
      {
        messages: [],
        tools: [
          {
            type: 'function',
            function: {
              name: 'f',
              description: secret,
              parameters: {
                type: secret,
                properties: { [secret]: { enum: [secret] }, id: { default: secret } },
              },
            },
          },
        ],
      },
    ];
    for (const each of places) {
      expect(JSON.stringify(each)).toContain(secret);
      expect(JSON.stringify(replaced(each, secret))).not.toContain(secret);
    }
  });

  it('leave the grammar and images alone', () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } };
    const clean = chat([image], { weight: 1 });
    expect(textsOf(clean)).toEqual([]);
    expect(textsOf(chat('hello'))).toEqual(['hello']);
  });

  it('keep a call and its answer together when the id is replaced', () => {
    const clean = replaced(calling('maren@example.org', '{}'), 'maren@example.org');
    expect(clean.messages[0]?.tool_calls?.[0]?.id).toBe('[X]');
    expect(clean.messages[1]?.tool_call_id).toBe('[X]');
  });

  it('have the numbers of a call among them, digit by digit; one that is replaced becomes a string, the others stay as written', () => {
    const before = calling(
      'call_1',
      '{ "card": 6304000000000000003, "amount": 1.50, "card": 12345678901234567890 }',
    );
    expect(textsOf(before)).toEqual(expect.arrayContaining(['card: 6304000000000000003', 'amount: 1.50']));
    expect(argumentsOf(replaced(before, '6304000000000000003'))).toBe(
      '{ "card": "[X]", "amount": 1.50, "card": 12345678901234567890 }',
    );
  });

  it('say of a value in a call what its field is called, of those around it too, and of lists', () => {
    const before = calling(
      'call_1',
      '{"contact":{"phone":612345678,"langs":["en",{"dob":null}]},"a b":"c","n":[7]}',
    );
    expect(textsOf(before).slice(2, -2)).toEqual([
      'contact phone: 612345678',
      'langs: en',
      'a b',
      'c',
      'n: 7',
    ]);
    expect(argumentsOf(withTexts(before, textsOf(before)))).toBe(argumentsOf(before));
  });

  it.each([
    ['as it was', (text: string) => text, '612345678'],
    ['replaced', (text: string) => text.replace('612345678', '[X]'), '"[X]"'],
    ['replaced together with the name', (text: string) => text.replace('phone: 612345678', '[X]'), '"[X]"'],
    ['behind a name that was replaced', (text: string) => text.replace('phone', '[Y]'), '612345678'],
  ])('take a value %s', (_how, sanitise, value) => {
    const before = calling('call_1', '{"phone":612345678}');
    expect(argumentsOf(withTexts(before, textsOf(before).map(sanitise)))).toBe(`{"phone":${value}}`);
  });

  it('are as many as are put back', () => {
    expect(() => withTexts(chat('a'), [])).toThrow(RangeError);
    expect(() => withTexts(chat('a'), ['a', 'b'])).toThrow(RangeError);
  });
});
