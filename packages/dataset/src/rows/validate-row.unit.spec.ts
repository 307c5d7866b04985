import { readRow } from './read-row.ts';
import { REMEDIES } from './rejections.ts';
import { rowRules, type RowRules } from './rules.ts';
import {
  answered,
  assistant,
  called,
  calling,
  CLEAN_ROWS,
  image,
  IMAGES,
  SCHEMA,
  tool,
  user,
} from './testing/clean-rows.ts';
import { validateRow } from './validate-row.ts';

type Problem = readonly [code: keyof typeof REMEDIES, path: string];
type BadRow = readonly [what: string, row: unknown, ...problems: Problem[]];

const CHAT = rowRules({ format: 'jsonl_chat' });
const WITH_IMAGES = rowRules({ format: 'jsonl_chat', images: 'allowed' });
const AZURE_CHAT = rowRules({ format: 'jsonl_chat', provider: 'azure' });
const PREFERENCE = rowRules({ format: 'jsonl_preference' });
const AZURE_PREFERENCE = rowRules({ format: 'jsonl_preference', provider: 'azure' });
const PROMPT = rowRules({ format: 'jsonl_prompt_completion' });
const REINFORCEMENT = rowRules({ format: 'jsonl_reinforcement' });

/** Marks every text of a bad row that the row itself brings: no message may repeat it. */
const SECRET = 'ZZsecretZZ';

function problemsOf(row: unknown, rules: RowRules): Problem[] {
  const { row: accepted, rejections } = validateRow(row, rules);
  expect(accepted === undefined).toBe(rejections.length > 0);
  expect(JSON.stringify(rejections)).not.toContain(SECRET);
  for (const { code, message, remedy } of rejections) {
    expect(remedy).toBe(REMEDIES[code as keyof typeof REMEDIES]);
    expect(message).not.toBe('');
  }
  return rejections.map(({ code, path }) => [code as keyof typeof REMEDIES, path] as const);
}

const refuses = (title: string, rules: RowRules, rows: readonly BadRow[]): void =>
  describe(title, () => {
    it.each(rows)('%s', (_what, row, ...problems) => {
      // As it comes out of a file: without the keys that are undefined.
      expect(problemsOf(JSON.parse(JSON.stringify(row)), rules)).toEqual(problems);
    });
  });

describe('a clean row', () => {
  it.each(CLEAN_ROWS.map((each) => [each.what, each] as const))(
    'with %s is taken as it is',
    (_what, { row, rules }) => {
      const read = readRow(Buffer.from(JSON.stringify(row)), rules);
      expect(read.rejections).toEqual([]);
      const result = validateRow(read.value, rules);
      expect(result.rejections).toEqual([]);
      expect(result.row).toBe(read.value);
      expect(result.row).toEqual(row);
    },
  );
});

it('a chat row that ends with another message than the assistant’s is taken with a warning', () => {
  const { row, warnings } = validateRow({ messages: [user(), assistant(), user()] }, CHAT);
  expect(row).toBeDefined();
  expect(warnings).toEqual(['last_message_not_assistant']);
});

refuses('a chat row is refused for its shape', CHAT, [
  ['a list', [], ['data_type', '$']],
  ['a text', SECRET, ['data_type', '$']],
  ['null', null, ['data_type', '$']],
  ['nothing in it', {}, ['missing_messages_list', '$.messages']],
  ['no messages', { messages: [] }, ['missing_messages_list', '$.messages']],
  ['messages that are no list', { messages: { role: SECRET } }, ['missing_messages_list', '$.messages']],
  ['an unknown key', { messages: [user(), assistant()], [SECRET]: 1 }, ['unrecognized_key', '$']],
  ['functions', { messages: [user(), assistant()], functions: [] }, ['deprecated_functions', '$.functions']],
  ['a preference row', { input: {}, preferred_output: [], non_preferred_output: [] }, ['wrong_format', '$']],
  ['a prompt and completion', { prompt: SECRET, completion: SECRET }, ['wrong_format', '$']],
]);

refuses('a chat row is refused for its messages', CHAT, [
  ['a message that is a text', { messages: [SECRET, assistant()] }, ['data_type', '$.messages[0]']],
  ['a message that is null', { messages: [user(), assistant(), null] }, ['data_type', '$.messages[2]']],
  [
    'no role',
    { messages: [{ content: SECRET }, assistant()] },
    ['message_missing_key', '$.messages[0].role'],
  ],
  [
    'an unknown role',
    { messages: [{ role: SECRET, content: 'a' }, assistant()] },
    ['unrecognized_role', '$.messages[0].role'],
  ],
  [
    'a role in capitals',
    { messages: [{ role: 'User', content: 'a' }, assistant()] },
    ['unrecognized_role', '$.messages[0].role'],
  ],
  [
    'a role that is a number',
    { messages: [{ role: 1, content: 'a' }, assistant()] },
    ['unrecognized_role', '$.messages[0].role'],
  ],
  [
    'the role function',
    { messages: [user(), { role: 'function', content: 'a', name: 'f' }, assistant()] },
    ['deprecated_functions', '$.messages[1].role'],
  ],
  [
    'a call of a function in the deprecated way',
    { messages: [user(), { ...assistant(), function_call: { name: SECRET } }] },
    ['deprecated_functions', '$.messages[1].function_call'],
  ],
  [
    'an unknown key of a message',
    { messages: [user(), { ...assistant(), [SECRET]: 1 }] },
    ['message_unrecognized_key', '$.messages[1]'],
  ],
  [
    'two unknown keys, told as one',
    { messages: [user(), { ...assistant(), a: 1, b: 2 }] },
    ['message_unrecognized_key', '$.messages[1]'],
  ],
  ['nobody who answers', { messages: [user(), user()] }, ['example_missing_assistant_message', '$.messages']],
  [
    'answers that are all left out',
    { messages: [user(), { ...assistant(), weight: 0 }, user(), { ...assistant(), weight: 0 }] },
    ['all_weights_zero', '$.messages'],
  ],
  [
    'a weight of a user',
    { messages: [{ ...user(), weight: 1 }, assistant()] },
    ['key_not_allowed_for_role', '$.messages[0].weight'],
  ],
  [
    'a weight of a half',
    { messages: [user(), { ...assistant(), weight: 0.5 }] },
    ['invalid_weight', '$.messages[1].weight'],
  ],
  [
    'a weight that is a text',
    { messages: [user(), { ...assistant(), weight: '1' }] },
    ['invalid_weight', '$.messages[1].weight'],
  ],
  [
    'a weight of true',
    { messages: [user(), { ...assistant(), weight: true }] },
    ['invalid_weight', '$.messages[1].weight'],
  ],
  [
    'a name with a blank',
    { messages: [{ ...user(), name: `${SECRET} B` }, assistant()] },
    ['invalid_name', '$.messages[0].name'],
  ],
  [
    'a name of 65 characters',
    { messages: [{ ...user(), name: 'n'.repeat(65) }, assistant()] },
    ['invalid_name', '$.messages[0].name'],
  ],
  [
    'an empty name',
    { messages: [{ ...user(), name: '' }, assistant()] },
    ['invalid_name', '$.messages[0].name'],
  ],
  [
    'a refusal of a user',
    { messages: [{ ...user(), refusal: 'No.' }, assistant()] },
    ['key_not_allowed_for_role', '$.messages[0].refusal'],
  ],
  [
    'a refusal that is a number',
    { messages: [user(), { ...assistant(), refusal: 1 }] },
    ['data_type', '$.messages[1].refusal'],
  ],
]);

refuses('a chat row is refused for contents', CHAT, [
  ['no content', { messages: [{ role: 'user' }, assistant()] }, ['missing_content', '$.messages[0].content']],
  ['null', { messages: [user(null), assistant()] }, ['missing_content', '$.messages[0].content']],
  [
    'null of an assistant who does nothing else',
    { messages: [user(), assistant(null)] },
    ['missing_content', '$.messages[1].content'],
  ],
  [
    'null beside a refusal: the provider learns from contents alone',
    { messages: [user(), { ...assistant(null), refusal: SECRET }] },
    ['missing_content', '$.messages[1].content'],
  ],
  [
    'null beside a refusal that is null',
    { messages: [user(), { ...assistant(null), refusal: null }] },
    ['missing_content', '$.messages[1].content'],
  ],
  ['a number', { messages: [user(7), assistant()] }, ['data_type', '$.messages[0].content']],
  ['an object', { messages: [user({ text: SECRET }), assistant()] }, ['data_type', '$.messages[0].content']],
  ['an empty text', { messages: [user(''), assistant()] }, ['empty_content', '$.messages[0].content']],
  [
    'white space of any kind',
    { messages: [user(), assistant(' \t\n\u00a0\u3000')] },
    ['empty_content', '$.messages[1].content'],
  ],
  [
    'an empty list of parts',
    { messages: [user([]), assistant()] },
    ['empty_content', '$.messages[0].content'],
  ],
  [
    'a part that is a text',
    { messages: [user([SECRET]), assistant()] },
    ['data_type', '$.messages[0].content[0]'],
  ],
  [
    'a part without a type',
    { messages: [user([{ text: SECRET }]), assistant()] },
    ['unsupported_content_part', '$.messages[0].content[0].type'],
  ],
  [
    'audio',
    { messages: [user([{ type: 'input_audio', input_audio: {} }]), assistant()] },
    ['unsupported_content_part', '$.messages[0].content[0].type'],
  ],
  [
    'a part of the type constructor',
    { messages: [user([{ type: 'constructor' }]), assistant()] },
    ['unsupported_content_part', '$.messages[0].content[0].type'],
  ],
  [
    'a part with an unknown key',
    { messages: [user([{ type: 'text', text: 'a', [SECRET]: 1 }]), assistant()] },
    ['message_unrecognized_key', '$.messages[0].content[0]'],
  ],
  [
    'a part without its text',
    { messages: [user([{ type: 'text' }]), assistant()] },
    ['data_type', '$.messages[0].content[0].text'],
  ],
  [
    'an empty text in a part',
    { messages: [user([{ type: 'text', text: ' ' }]), assistant()] },
    ['empty_content', '$.messages[0].content[0].text'],
  ],
  [
    'a refusal as a part of a user',
    { messages: [user([{ type: 'refusal', refusal: 'No.' }]), assistant()] },
    ['content_part_not_allowed_for_role', '$.messages[0].content[0]'],
  ],
  [
    'an image, where they are not allowed',
    { messages: [user([image('https://example.org/a.png')]), assistant()] },
    ['images_not_allowed', '$.messages[0].content[0]'],
  ],
]);

const TOOLS = [tool()];
const call = (given: object) => ({ messages: [user(), calling({ ...called(), ...given })], tools: TOOLS });
const CALL = '$.messages[1].tool_calls[0]';

refuses('a chat row is refused for calls of tools', CHAT, [
  [
    'calls of a user',
    { messages: [{ ...user(), tool_calls: [] }, assistant()] },
    ['key_not_allowed_for_role', '$.messages[0].tool_calls'],
  ],
  [
    'calls that are null',
    { messages: [user(), { ...assistant(), tool_calls: null }] },
    ['data_type', '$.messages[1].tool_calls'],
  ],
  [
    'an empty list of calls',
    { messages: [user(), { ...assistant(), tool_calls: [] }] },
    ['data_type', '$.messages[1].tool_calls'],
  ],
  [
    'a call that is a text',
    { messages: [user(), calling(SECRET)], tools: TOOLS },
    ['invalid_tool_call', CALL],
  ],
  ['a call without an id', call({ id: undefined }), ['invalid_tool_call', `${CALL}.id`]],
  ['a call with an empty id', call({ id: '' }), ['invalid_tool_call', `${CALL}.id`]],
  ['a call of another type', call({ type: SECRET }), ['invalid_tool_call', `${CALL}.type`]],
  ['a call of nothing', call({ function: undefined }), ['invalid_tool_call', `${CALL}.function`]],
  ['an unknown key of a call', call({ index: 0 }), ['message_unrecognized_key', CALL]],
  [
    'a name with a dot',
    call({ function: { name: 'a.b', arguments: '{}' } }),
    ['invalid_function_name', `${CALL}.function.name`],
  ],
  [
    'a tool that is not declared',
    call({ function: { name: SECRET, arguments: '{}' } }),
    ['undeclared_tool', `${CALL}.function.name`],
  ],
  [
    'no tools declared at all',
    { messages: [user(), calling(called())] },
    ['undeclared_tool', `${CALL}.function.name`],
  ],
  [
    'no arguments',
    call({ function: { name: 'find_card' } }),
    ['invalid_arguments', `${CALL}.function.arguments`],
  ],
  [
    'arguments that are no JSON',
    call({ function: { name: 'find_card', arguments: `{"${SECRET}` } }),
    ['invalid_arguments', `${CALL}.function.arguments`],
  ],
  [
    'arguments with a depth bomb',
    call({ function: { name: 'find_card', arguments: `{"a":${'['.repeat(100_000)}` } }),
    ['invalid_arguments', `${CALL}.function.arguments`],
  ],
  [
    'arguments with a key twice',
    call({ function: { name: 'find_card', arguments: '{"a":1,"a":2}' } }),
    ['invalid_arguments', `${CALL}.function.arguments`],
  ],
  [
    'arguments that are a list',
    call({ function: { name: 'find_card', arguments: '[]' } }),
    ['invalid_arguments', `${CALL}.function.arguments`],
  ],
  [
    'arguments that are an object already',
    call({ function: { name: 'find_card', arguments: {} } }),
    ['invalid_arguments', `${CALL}.function.arguments`],
  ],
  [
    'the same id twice',
    { messages: [user(), calling(called(), called()), answered(), assistant()], tools: TOOLS },
    ['duplicate_tool_call_id', '$.messages[1].tool_calls[1].id'],
  ],
  [
    'the same id in a later turn',
    { messages: [user(), calling(called()), answered(), calling(called())], tools: TOOLS },
    ['duplicate_tool_call_id', '$.messages[3].tool_calls[0].id'],
  ],
  [
    'a call that nobody answers',
    { messages: [user(), calling(called()), user(), assistant()], tools: TOOLS },
    ['unanswered_tool_call', CALL],
  ],
  [
    'one of two calls that nobody answers',
    { messages: [user(), calling(called('a'), called('b')), answered('a'), assistant()], tools: TOOLS },
    ['unanswered_tool_call', '$.messages[1].tool_calls[1]'],
  ],
  [
    'an end in the middle of the answers',
    { messages: [user(), calling(called('a'), called('b')), answered('b')], tools: TOOLS },
    ['unanswered_tool_call', CALL],
  ],
  [
    'an answer to no call',
    { messages: [user(), answered(SECRET), assistant()] },
    ['unknown_tool_call_id', '$.messages[1].tool_call_id'],
  ],
  [
    'a second answer',
    { messages: [user(), calling(called()), answered(), answered(), assistant()], tools: TOOLS },
    ['unknown_tool_call_id', '$.messages[3].tool_call_id'],
  ],
  [
    'an answer without the id',
    { messages: [user(), { role: 'tool', content: 'a' }, assistant()] },
    ['message_missing_key', '$.messages[1].tool_call_id'],
  ],
  [
    'an answer with a number for an id',
    { messages: [user(), { role: 'tool', content: 'a', tool_call_id: 1 }, assistant()] },
    ['data_type', '$.messages[1].tool_call_id'],
  ],
  [
    'an id of a call in another role',
    { messages: [{ ...user(), tool_call_id: 'a' }, assistant()] },
    ['key_not_allowed_for_role', '$.messages[0].tool_call_id'],
  ],
  [
    'an answer without content',
    {
      messages: [user(), calling(called()), { role: 'tool', tool_call_id: 'call_1' }, assistant()],
      tools: TOOLS,
    },
    ['missing_content', '$.messages[2].content'],
  ],
]);

const tools = (...list: unknown[]) => ({ messages: [user(), assistant()], tools: list });
const parameters = (given: unknown) => tools(tool('f', given));
const AT = '$.tools[0].function.parameters';
const nested = (levels: number): object =>
  levels === 1 ? { type: 'object' } : { type: 'object', properties: { [SECRET]: nested(levels - 1) } };

refuses('a chat row is refused for its tools', CHAT, [
  ['no list', { messages: [user(), assistant()], tools: {} }, ['data_type', '$.tools']],
  ['null', { messages: [user(), assistant()], tools: null }, ['data_type', '$.tools']],
  ['a tool that is a text', tools(SECRET), ['invalid_tool', '$.tools[0]']],
  ['a tool of another type', tools({ ...tool(), type: 'web_search' }), ['invalid_tool', '$.tools[0].type']],
  ['a tool without a function', tools({ type: 'function' }), ['invalid_tool', '$.tools[0].function']],
  [
    'a tool in the flat form',
    tools({ type: 'function', name: 'f' }),
    ['unrecognized_key', '$.tools[0]'],
    ['invalid_tool', '$.tools[0].function'],
  ],
  [
    'a function without a name',
    tools({ type: 'function', function: {} }),
    ['invalid_function_name', '$.tools[0].function.name'],
  ],
  [
    'a name of 65 characters',
    tools(tool('n'.repeat(65))),
    ['invalid_function_name', '$.tools[0].function.name'],
  ],
  [
    'an unknown key',
    tools({ type: 'function', function: { name: 'f', returns: {} } }),
    ['unrecognized_key', '$.tools[0].function'],
  ],
  [
    'a description that is a number',
    tools({ type: 'function', function: { name: 'f', description: 1 } }),
    ['data_type', '$.tools[0].function.description'],
  ],
  [
    'strict as a text',
    tools({ type: 'function', function: { name: 'f', strict: 'yes' } }),
    ['data_type', '$.tools[0].function.strict'],
  ],
  ['a function declared twice', tools(tool(), tool()), ['duplicate_tool', '$.tools[1].function.name']],
  [
    '129 functions',
    tools(...Array.from({ length: 129 }, (_, index) => tool(`f${index}`))),
    ['too_many_tools', '$.tools'],
  ],
  ['parameters without a type', parameters({ properties: {} }), ['invalid_tool_parameters', AT]],
  ['parameters that are a list', parameters([]), ['invalid_tool_parameters', AT]],
  ['parameters of the type string', parameters({ type: 'string' }), ['invalid_tool_parameters', AT]],
  [
    'properties that are a list',
    parameters({ ...SCHEMA, properties: [] }),
    ['invalid_tool_parameters', `${AT}.properties`],
  ],
  [
    'a property that is a text',
    parameters({ ...SCHEMA, properties: { [SECRET]: SECRET } }),
    ['invalid_tool_parameters', `${AT}.properties.*`],
  ],
  [
    'required as a boolean',
    parameters({ ...SCHEMA, required: true }),
    ['invalid_tool_parameters', `${AT}.required`],
  ],
  [
    'a list of anything',
    parameters({ type: 'object', properties: { a: { type: 'array' } } }),
    ['invalid_tool_parameters', `${AT}.properties.*`],
  ],
  [
    'anyOf that is no list',
    parameters({ type: 'object', properties: { a: { anyOf: {} } } }),
    ['invalid_tool_parameters', `${AT}.properties.*.anyOf`],
  ],
  [
    'a schema of 11 levels',
    parameters(nested(11)),
    ['invalid_tool_parameters', AT + '.properties.*'.repeat(10)],
  ],
  [
    'parallel calls of no tools',
    { messages: [user(), assistant()], parallel_tool_calls: true },
    ['parallel_tool_calls_without_tools', '$.parallel_tool_calls'],
  ],
  [
    'parallel calls as a text',
    { ...tools(tool()), parallel_tool_calls: 'yes' },
    ['data_type', '$.parallel_tool_calls'],
  ],
]);

const withImage = (url: unknown, more: object = {}) => ({
  messages: [user([{ type: 'image_url', image_url: { url, ...more } }]), assistant()],
});
const IMAGE = '$.messages[0].content[0].image_url';
const tooLarge = `data:image/png;base64,${Buffer.concat([Buffer.from(IMAGES.png.slice(22), 'base64'), Buffer.alloc(10_000_000)]).toString('base64')}`;

refuses('a chat row is refused for its images', WITH_IMAGES, [
  [
    'of an assistant',
    { messages: [user(), assistant([image(IMAGES.png)])] },
    ['content_part_not_allowed_for_role', '$.messages[1].content[0]'],
  ],
  [
    'of a system message',
    { messages: [{ role: 'system', content: [image(IMAGES.png)] }, assistant()] },
    ['content_part_not_allowed_for_role', '$.messages[0].content[0]'],
  ],
  [
    'as a text',
    { messages: [user([{ type: 'image_url', image_url: SECRET }]), assistant()] },
    ['data_type', IMAGE],
  ],
  ['without a URL', withImage(undefined), ['data_type', `${IMAGE}.url`]],
  ['by http', withImage('http://example.org/a.png'), ['invalid_image_url', `${IMAGE}.url`]],
  ['by a URL that is none', withImage('https://'), ['invalid_image_url', `${IMAGE}.url`]],
  ['by a file', withImage('file:///etc/passwd'), ['invalid_image_url', `${IMAGE}.url`]],
  [
    'by a long URL',
    withImage(`https://example.org/${'a'.repeat(9000)}`),
    ['invalid_image_url', `${IMAGE}.url`],
  ],
  ['of a GIF', withImage('data:image/gif;base64,R0lGODdh'), ['invalid_image_format', `${IMAGE}.url`]],
  [
    'of data that are no image',
    withImage('data:text/html;base64,AAAA'),
    ['invalid_image_url', `${IMAGE}.url`],
  ],
  ['not in base64', withImage('data:image/png;base64,@@@@'), ['invalid_image_url', `${IMAGE}.url`]],
  ['of nothing', withImage('data:image/png;base64,'), ['invalid_image_url', `${IMAGE}.url`]],
  [
    'of a GIF that says it is a PNG',
    withImage('data:image/png;base64,R0lGODdh'),
    ['invalid_image_format', `${IMAGE}.url`],
  ],
  [
    'of a PNG that says it is a JPEG',
    withImage(IMAGES.png.replace('png', 'jpeg')),
    ['invalid_image_format', `${IMAGE}.url`],
  ],
  ['of more than 10 MB', withImage(tooLarge), ['image_too_large', `${IMAGE}.url`]],
  [
    'in unknown detail',
    withImage(IMAGES.png, { detail: SECRET }),
    ['invalid_image_detail', `${IMAGE}.detail`],
  ],
  [
    'eleven of them',
    { messages: [user(Array.from({ length: 11 }, () => image(IMAGES.png))), assistant()] },
    ['too_many_images', '$.messages[0].content[10]'],
  ],
]);

refuses('a row for Azure is refused', AZURE_CHAT, [
  [
    'for a name in another script',
    { messages: [{ ...user(), name: 'Zoë' }, assistant()] },
    ['invalid_name', '$.messages[0].name'],
  ],
]);

const pair = (given: object) => ({
  input: { messages: [user()] },
  preferred_output: [assistant('On its way.')],
  non_preferred_output: [assistant('No idea.')],
  ...given,
});

refuses('a preference row is refused', PREFERENCE, [
  ['without an input', pair({ input: undefined }), ['missing_key', '$.input']],
  ['with a text as input', pair({ input: SECRET }), ['data_type', '$.input']],
  ['without messages', pair({ input: {} }), ['missing_messages_list', '$.input.messages']],
  ['with an unknown key', pair({ [SECRET]: 1 }), ['unrecognized_key', '$']],
  [
    'with an unknown key of the input',
    pair({ input: { messages: [user()], [SECRET]: 1 } }),
    ['unrecognized_key', '$.input'],
  ],
  [
    'with an answer in the input already',
    pair({ input: { messages: [user(), assistant()] } }),
    ['input_ends_with_assistant', '$.input.messages[1]'],
  ],
  ['without the better answer', pair({ preferred_output: undefined }), ['missing_key', '$.preferred_output']],
  ['with a message for a list', pair({ preferred_output: assistant() }), ['data_type', '$.preferred_output']],
  [
    'with no worse answer',
    pair({ non_preferred_output: [] }),
    ['output_not_one_message', '$.non_preferred_output'],
  ],
  [
    'with two better answers',
    pair({ preferred_output: [assistant('a'), assistant('b')] }),
    ['output_not_one_message', '$.preferred_output'],
  ],
  [
    'with an answer of the user',
    pair({ preferred_output: [user()] }),
    ['output_role_not_assistant', '$.preferred_output[0].role'],
  ],
  [
    'with a call for an answer',
    pair({ input: { messages: [user()], tools: [tool()] }, preferred_output: [calling(called())] }),
    ['output_not_text', '$.preferred_output[0].tool_calls'],
  ],
  [
    'with an image',
    pair({ input: { messages: [user([image(IMAGES.png)])] } }),
    ['images_not_allowed', '$.input.messages[0].content[0]'],
  ],
  [
    'with the same answer twice',
    pair({ non_preferred_output: [assistant('On its way.')] }),
    ['outputs_equal', '$.non_preferred_output'],
  ],
  [
    'with the same answer in two forms',
    pair({ non_preferred_output: [assistant([{ type: 'text', text: 'On its way.' }])] }),
    ['outputs_equal', '$.non_preferred_output'],
  ],
  ['for being a chat row', { messages: [user(), assistant()] }, ['wrong_format', '$']],
]);

refuses('a preference row for Azure is refused', AZURE_PREFERENCE, [
  [
    'with no assistant in the output',
    pair({ preferred_output: [user()] }),
    ['output_role_not_assistant', '$.preferred_output[0].role'],
    ['output_role_not_assistant', '$.preferred_output'],
  ],
  ['with an empty output', pair({ preferred_output: [] }), ['output_not_one_message', '$.preferred_output']],
]);

refuses('a row of a prompt and a completion is refused', PROMPT, [
  ['without a prompt', { completion: SECRET }, ['missing_key', '$.prompt']],
  ['without a completion', { prompt: SECRET }, ['missing_key', '$.completion']],
  ['with an empty completion', { prompt: SECRET, completion: '\n' }, ['empty_content', '$.completion']],
  ['with a list for a prompt', { prompt: [SECRET], completion: SECRET }, ['data_type', '$.prompt']],
  ['with an unknown key', { prompt: SECRET, completion: SECRET, [SECRET]: 1 }, ['unrecognized_key', '$']],
  ['for being a chat row', { messages: [] }, ['wrong_format', '$']],
]);

refuses('a row for reinforcement is refused', REINFORCEMENT, [
  [
    'that ends with the assistant',
    { messages: [user(), assistant()], answer: 1 },
    ['last_message_not_user', '$.messages[1]'],
  ],
  [
    'that ends with a tool',
    { messages: [user(), calling(called()), answered()], tools: [tool()] },
    ['last_message_not_user', '$.messages[2]'],
  ],
  ['without messages', { answer: 1 }, ['missing_messages_list', '$.messages']],
  ['with tools that are none', { messages: [user()], tools: 'search' }, ['data_type', '$.tools']],
]);

describe('a row with several problems', () => {
  it('is told of all of them', () => {
    const row = {
      [SECRET]: 1,
      parallel_tool_calls: 1,
      tools: [{ type: 'function', function: { name: '!' } }],
      messages: [
        { role: 'user', content: '' },
        { role: SECRET },
        { role: 'assistant', content: 7, weight: 2, name: ' ' },
        7,
      ],
    };
    expect(problemsOf(row, CHAT)).toEqual([
      ['unrecognized_key', '$'],
      ['data_type', '$.parallel_tool_calls'],
      ['invalid_function_name', '$.tools[0].function.name'],
      ['empty_content', '$.messages[0].content'],
      ['unrecognized_role', '$.messages[1].role'],
      ['missing_content', '$.messages[1].content'],
      ['invalid_name', '$.messages[2].name'],
      ['data_type', '$.messages[2].content'],
      ['invalid_weight', '$.messages[2].weight'],
      ['data_type', '$.messages[3]'],
    ]);
  });

  it('is told of so many as are allowed, and that there are more', () => {
    const row = { messages: Array.from({ length: 1000 }, () => 7) };
    const problems = problemsOf(row, { ...CHAT, maxRejections: 5 });
    expect(problems).toHaveLength(6);
    expect(problems.at(-1)).toEqual(['too_many_problems', '$']);
  });
});
