import fc from 'fast-check';
import type { ChatRow, Message, PreferenceRow, TrainingRow } from '../rows/row.ts';
import { fingerprint, identify, promptMessages, textOf } from './canonical.ts';

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });
const row = (...messages: Message[]): ChatRow => ({ messages });
const call = (id: string, text: string): Message => ({
  role: 'assistant',
  tool_calls: [{ id, type: 'function', function: { name: 'find', arguments: text } }],
});

const same = (a: TrainingRow, b: TrainingRow): string[] => {
  const [x, y] = [identify(a), identify(b)];
  return (['row', 'prompt', 'answer', 'context'] as const).filter(
    (part) => x[part].join() === y[part].join(),
  );
};
const ALL = ['row', 'prompt', 'answer', 'context'];

describe('rows are the same', () => {
  test.each<[string, TrainingRow, TrainingRow]>([
    [
      'asked in other case and white space, and answered with white space at the ends',
      row(user('Where is\n it? '), assistant('Here.')),
      row(user('where is it?'), assistant(' Here.\n')),
    ],
    [
      'in other forms of Unicode',
      row(user('Ｃａｆｅ\u0301'), assistant('cafe\u0301\r\nok')),
      row(user('café'), assistant('caf\u00e9\nok')),
    ],
    [
      'with their text in parts',
      row(user('a b'), assistant('c')),
      row(
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
        assistant('c'),
      ),
    ],
    [
      'with other ids and key order of tool calls',
      row(user('a'), call('1', '{"x":1,"y":[2]}')),
      row(user('a'), call('2', '{ "y": [2], "x": 1 }')),
    ],
    [
      'with the keys of their tools in other order',
      {
        ...row(user('a'), assistant('b')),
        tools: [{ type: 'function', function: { name: 'f', parameters: { a: 1, b: 2 } } }],
      },
      {
        ...row(user('a'), assistant('b')),
        tools: [{ function: { parameters: { b: 2, a: 1 }, name: 'f' }, type: 'function' }],
      },
    ],
    ['as completions', { prompt: 'A  b', completion: 'c' }, { completion: 'c', prompt: 'a b' }],
  ])('%s', (_, a, b) => expect(same(a, b)).toEqual(ALL));
});

describe('rows differ', () => {
  test.each<[string, TrainingRow, TrainingRow, string[]]>([
    ['by the answer', row(user('a'), assistant('b')), row(user('a'), assistant('c')), ['prompt', 'context']],
    [
      'by the end of a sentence in the answer',
      row(user('a'), assistant('Yes, it is.')),
      row(user('a'), assistant('Yes, it is')),
      ['prompt', 'context'],
    ],
    [
      'by the case of the answer',
      row(user('Write the brand as it is spelled.'), assistant('iPhone')),
      row(user('Write the brand as it is spelled.'), assistant('IPHONE')),
      ['prompt', 'context'],
    ],
    [
      'by the indentation of the answer',
      row(user('Write the loop.'), assistant('for x in y:\n    a(x)\n    b(x)')),
      row(user('Write the loop.'), assistant('for x in y:\n    a(x)\nb(x)')),
      ['prompt', 'context'],
    ],
    [
      'by punctuation that is the answer',
      row(user('Which mark?'), assistant('?')),
      row(user('Which mark?'), assistant('!')),
      ['prompt', 'context'],
    ],
    [
      'by a superscript',
      row(user('What is 2² ?'), assistant('b')),
      row(user('What is 22 ?'), assistant('b')),
      ['answer', 'context'],
    ],
    [
      'by the last digit of an integer of 64 bits in an argument',
      row(user('a'), call('1', '{"id":1247093478120934400}')),
      row(user('a'), call('1', '{"id":1247093478120934401}')),
      ['prompt', 'context'],
    ],
    [
      'by what a number says',
      row(user('a'), assistant('-5')),
      row(user('a'), assistant('5')),
      ['prompt', 'context'],
    ],
    [
      'by the question',
      row(user('a'), assistant('b')),
      row(user('z'), assistant('b')),
      ['answer', 'context'],
    ],
    [
      'by the instructions',
      row({ role: 'system', content: 's' }, user('a'), assistant('b')),
      row(user('a'), assistant('b')),
      ['answer'],
    ],
    [
      'by where a message ends',
      row(user('a b'), user('c'), assistant('d')),
      row(user('a'), user('b c'), assistant('d')),
      ['answer', 'context'],
    ],
    [
      'by who says it',
      row(user('a'), assistant('b'), user('c'), assistant('d')),
      row(user('a'), user('b'), user('c'), assistant('d')),
      ['answer'],
    ],
    [
      'by what is learned from',
      row(user('a'), assistant('b')),
      row(user('a'), { ...assistant('b'), weight: 0 }),
      ['prompt', 'context'],
    ],
    [
      'by an image',
      row(
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a/1.png' } }] },
        assistant('b'),
      ),
      row(
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a/2.png' } }] },
        assistant('b'),
      ),
      ['answer'],
    ],
    [
      'by an argument’s case',
      row(user('a'), call('1', '{"x":"A"}')),
      row(user('a'), call('1', '{"x":"a"}')),
      ['prompt', 'context'],
    ],
    [
      'by broken arguments',
      row(user('a'), call('1', '{"x"')),
      row(user('a'), call('1', '{"y"')),
      ['prompt', 'context'],
    ],
  ])('%s', (_, a, b, equal) => expect(same(a, b)).toEqual(equal));

  test('by which output of two is preferred', () => {
    const preference = (preferred: string, other: string): PreferenceRow => ({
      input: row(user('a')),
      preferred_output: [assistant(preferred)],
      non_preferred_output: [assistant(other)],
    });
    expect(same(preference('x', 'y'), preference('y', 'x'))).toEqual(['prompt', 'context']);
    expect(same(preference('x', 'y'), preference('x', ' y'))).toEqual(ALL);
  });

  test('whenever the canonical texts of their parts do', () => {
    const text = fc.constantFrom('a', 'b', 'a b', '["a"]', '","');
    const turn = fc.record({ role: fc.constantFrom('user' as const, 'assistant' as const), content: text });
    fc.assert(
      fc.property(
        fc.array(turn, { minLength: 1, maxLength: 4 }),
        fc.array(turn, { minLength: 1, maxLength: 4 }),
        (a, b) => {
          const equal = JSON.stringify(a) === JSON.stringify(b);
          expect(identify(row(...a)).row.join() === identify(row(...b)).row.join()).toBe(equal);
        },
      ),
    );
  });
});

test('the dialogue is what was said before the answer, without instructions', () => {
  const asked = row(
    { role: 'system', content: 's' },
    user('Hi'),
    assistant('Hello'),
    user('Where?'),
    assistant('Here'),
  );
  expect(identify(asked).dialogue).toBe('Hi\nHello\nWhere?');
  expect(promptMessages(asked).map(textOf)).toEqual(['s', 'Hi', 'Hello', 'Where?']);
});

test('fingerprints are stable', () => {
  expect(Buffer.from(fingerprint('a').buffer).toString('hex')).toBe('ca978112ca1bbdcafac231b39a23dc4d');
  expect(identify(row(user('a'), assistant('b'))).row.join()).toMatchInlineSnapshot(
    `"15005084,3657573030,2447533650,3574078617"`,
  );
});
