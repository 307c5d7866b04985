import { detectFormat } from './detect-format.ts';
import { rowRules } from './rules.ts';
import { validateRow } from './validate-row.ts';

const asked = { role: 'user', content: 'How warm is it in town 0?' };
const said = { role: 'assistant', content: 'About 0 degrees.' };

const codes = (row: unknown, rules: Parameters<typeof rowRules>[0]): string[] =>
  validateRow(row, rowRules(rules)).rejections.map(({ code }) => code);
const chat = { format: 'jsonl_chat' } as const;

describe('rows as people send them', () => {
  test('may have an empty list of tools, as the provider’s own example of a preference has', () => {
    const row = {
      input: { messages: [asked], tools: [], parallel_tool_calls: true },
      preferred_output: [said],
      non_preferred_output: [{ role: 'assistant', content: 'Not cold.' }],
    };
    expect(codes(row, { format: 'jsonl_preference' })).toEqual([]);
    expect(codes({ messages: [asked, said], tools: [] }, chat)).toEqual([]);
    expect(codes({ messages: [asked, said], tools: {} }, chat)).toEqual(['data_type']);
  });

  const calling = (text: string): unknown => ({
    messages: [
      asked,
      {
        role: 'assistant',
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: text } }],
      },
    ],
    tools: [{ type: 'function', function: { name: 'f' } }],
  });

  test.each(['{"id":1247093478120934400}', '{"a":[-98765432109876543210,1e400,"1247093478120934400"]}'])(
    'may call with integers of any length, which stay as they are: %s',
    (text) => {
      const row = calling(text);
      const before = JSON.stringify(row);
      expect(validateRow(row, rowRules(chat))).toMatchObject({ rejections: [] });
      expect(JSON.stringify(row)).toBe(before);
    },
  );

  test.each(['{"id":1247093478120934400', '{"a":1247093478120934400,"a":1}', '1247093478120934400', '[1]'])(
    'may not call with what is no JSON object: %s',
    (text) => {
      expect(codes(calling(text), chat)).toEqual(['invalid_arguments']);
    },
  );

  test('must end with an answer at Azure; at OpenAI that is a warning', () => {
    const row = { messages: [asked, said, { role: 'user', content: 'bye' }] };
    expect(codes(row, { ...chat, provider: 'azure' })).toEqual(['last_message_not_assistant']);
    expect(codes({ messages: [asked, said] }, { ...chat, provider: 'azure' })).toEqual([]);
    expect(validateRow(row, rowRules(chat))).toMatchObject({
      rejections: [],
      warnings: ['last_message_not_assistant'],
    });
  });
});

describe('the format of a file', () => {
  const formatOfRows = async (...rows: unknown[]): Promise<string | undefined> => {
    const text = rows.map((row) => JSON.stringify(row)).join('\n');
    return (await detectFormat(ReadableStream.from([Buffer.from(text)]))).format;
  };

  test('of messages alone that all wait for an answer is that of reinforcement', async () => {
    expect(await formatOfRows({ messages: [asked] }, { messages: [asked] })).toBe('jsonl_reinforcement');
  });

  test('is that of a chat as soon as one row has an answer', async () => {
    expect(await formatOfRows({ messages: [asked] }, { messages: [asked, said] })).toBe('jsonl_chat');
  });
});
