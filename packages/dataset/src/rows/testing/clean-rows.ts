import type { RowFormat } from '../row.ts';
import { rowRules, type RowRules } from '../rules.ts';

/** A row that the provider takes, and what is special about it. */
export interface CleanRow {
  readonly what: string;
  readonly rules: RowRules;
  readonly row: unknown;
}

export const user = (content: unknown = 'Where is my card?') => ({ role: 'user', content });
export const assistant = (content: unknown = 'It is on its way.') => ({ role: 'assistant', content });
export const called = (id = 'call_1', name = 'find_card', args = '{"customer":7}') => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});
export const calling = (...calls: unknown[]) => ({ role: 'assistant', tool_calls: calls });
export const answered = (id = 'call_1', content = '{"status":"sent"}') => ({
  role: 'tool',
  tool_call_id: id,
  content,
});
export const tool = (name = 'find_card', parameters: unknown = SCHEMA) => ({
  type: 'function',
  function: { name, parameters },
});
export const SCHEMA = {
  type: 'object',
  properties: { customer: { type: 'integer' } },
  required: ['customer'],
};

/** The smallest image of each format that its first bytes tell. */
export const IMAGES = {
  png: `data:image/png;base64,${Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13).toString('base64')}`,
  jpeg: `data:image/jpeg;base64,${Buffer.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46).toString('base64')}`,
  webp: `data:image/webp;base64,${Buffer.from('RIFF\u0004\0\0\0WEBPVP8 ', 'latin1').toString('base64')}`,
};
export const image = (url: string, detail?: string) => ({
  type: 'image_url',
  image_url: detail === undefined ? { url } : { url, detail },
});

const of =
  (format: RowFormat, given: Partial<RowRules> = {}) =>
  (what: string, row: unknown): CleanRow => ({ what, rules: rowRules({ ...given, format }), row });
const chat = of('jsonl_chat');
const chatWithImages = of('jsonl_chat', { images: 'allowed' });
const preference = of('jsonl_preference');
const azurePreference = of('jsonl_preference', { provider: 'azure' });
const promptCompletion = of('jsonl_prompt_completion');
const reinforcement = of('jsonl_reinforcement');

export const CLEAN_ROWS: readonly CleanRow[] = [
  chat('one question and one answer', { messages: [user(), assistant()] }),
  chat('a system message', { messages: [{ role: 'system', content: 'Be kind.' }, user(), assistant()] }),
  chat('a developer message', {
    messages: [{ role: 'developer', content: 'Be kind.' }, user(), assistant()],
  }),
  chat('several turns, some of them not learned', {
    messages: [user(), { ...assistant(), weight: 0 }, user('Thanks'), { ...assistant('Bye'), weight: 1 }],
  }),
  chat('an answer alone', { messages: [assistant()] }),
  chat('a last word of the user, which is not learned from', {
    messages: [user(), assistant(), user('Thanks')],
  }),
  chat('parts of text', {
    messages: [
      user([
        { type: 'text', text: 'Where is' },
        { type: 'text', text: 'my card?' },
      ]),
      assistant([{ type: 'text', text: 'On its way.' }]),
    ],
  }),
  chat('a refusal that is null, as the provider answers', {
    messages: [user(), { ...assistant(), refusal: null }],
  }),
  chat('a refusal as a part', { messages: [user(), assistant([{ type: 'refusal', refusal: 'No.' }])] }),
  chat('names of authors', {
    messages: [
      { ...user(), name: 'ann_1' },
      { ...assistant(), name: 'bot-2' },
    ],
  }),
  chat('a name in another script', { messages: [{ ...user(), name: 'Zoë' }, assistant()] }),
  chat('all of Unicode', { messages: [user('😀 zażółć 漢字 \u202e\u200d'), assistant('\ud83d\ude00')] }),
  chat('a call that waits for its answer at the end', {
    messages: [user(), calling(called())],
    tools: [tool()],
  }),
  chat('a call, its answer and a text', {
    messages: [user(), calling(called()), answered(), assistant()],
    tools: [tool()],
  }),
  chat('a call with an empty text beside it', {
    messages: [user(), { ...calling(called()), content: '' }, answered(), assistant()],
    tools: [tool()],
  }),
  chat('a call with null beside it', {
    messages: [user(), { ...calling(called()), content: null }],
    tools: [tool()],
  }),
  chat('two calls at once, answered the other way round', {
    messages: [
      user(),
      calling(called('call_1'), called('call_2')),
      answered('call_2'),
      answered('call_1'),
      assistant(),
    ],
    tools: [tool()],
    parallel_tool_calls: true,
  }),
  chat('a tool that answers nothing', {
    messages: [user(), calling(called()), answered('call_1', ''), assistant()],
    tools: [tool()],
  }),
  chat('a call without arguments of a tool without parameters', {
    messages: [user(), calling(called('c', 'ping', '{}'))],
    tools: [{ type: 'function', function: { name: 'ping', description: 'Says pong.', strict: null } }],
  }),
  chat('tools that nobody calls', {
    messages: [user(), assistant()],
    tools: [tool()],
    parallel_tool_calls: false,
  }),
  chat('a schema with all that schemas have', {
    messages: [user(), assistant()],
    tools: [
      tool('search', {
        type: 'object',
        additionalProperties: false,
        $defs: { tag: { type: 'string', enum: ['a', 'b'] } },
        properties: {
          tags: { type: 'array', items: { $ref: '#/$defs/tag' } },
          when: { anyOf: [{ type: 'string', format: 'date' }, { type: 'null' }] },
          type: { type: 'string', description: 'a property that has the name of a keyword' },
        },
        required: ['tags'],
      }),
    ],
  }),
  chatWithImages('images of every format, and by URL', {
    messages: [
      user([
        { type: 'text', text: 'What is this?' },
        image(IMAGES.png),
        image(IMAGES.jpeg, 'low'),
        image(IMAGES.webp, 'high'),
        image('https://example.org/cat.jpg?size=2', 'auto'),
      ]),
      assistant('A cat.'),
    ],
  }),
  chatWithImages('ten images', {
    messages: [user(Array.from({ length: 10 }, () => image(IMAGES.png))), assistant('Cats.')],
  }),
  preference('a better and a worse answer', {
    input: { messages: [user()] },
    preferred_output: [assistant('On its way.')],
    non_preferred_output: [assistant('No idea.')],
  }),
  preference('a dialogue with tools before them', {
    input: {
      messages: [user(), calling(called()), answered()],
      tools: [tool()],
      parallel_tool_calls: true,
    },
    preferred_output: [assistant('On its way.')],
    non_preferred_output: [assistant([{ type: 'text', text: 'No idea.' }])],
  }),
  azurePreference('outputs of several messages, at Azure', {
    input: { messages: [user()], tools: [tool()] },
    preferred_output: [calling(called()), answered(), assistant('On its way.')],
    non_preferred_output: [assistant('No idea.')],
  }),
  promptCompletion('a prompt and its completion', {
    prompt: 'Where is my card?',
    completion: ' On its way.',
  }),
  reinforcement('a question alone', { messages: [user()] }),
  reinforcement('a question and what graders need', {
    messages: [{ role: 'developer', content: 'Be brief.' }, user(), assistant(), user('And now?')],
    tools: [tool()],
    reference_answer: { status: 'sent', tags: ['a', 1, null] },
    parallel_tool_calls: 'an item like any other',
  }),
];
