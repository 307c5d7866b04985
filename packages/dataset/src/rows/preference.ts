import { CHAT_KEYS } from './chat.ts';
import { checkConversation, checkMessages, roleOf } from './messages.ts';
import type { RowCheck } from './rules.ts';
import { checkKeys, isObject, typeName, type JsonObject } from './shape.ts';
import { checkParallelToolCalls } from './tools.ts';

const KEYS = new Set(['input', 'preferred_output', 'non_preferred_output']);
const OUTPUTS = ['preferred_output', 'non_preferred_output'] as const;

/** A row for direct preference optimisation: one prompt, a better and a worse answer, all text. */
export function checkPreference(row: JsonObject, check: RowCheck): void {
  const textOnly: RowCheck = { ...check, rules: { ...check.rules, images: 'refused' } };
  checkKeys(row, KEYS, 'unrecognized_key', '$', textOnly);
  const declared = checkInput(row['input'], textOnly);
  const [preferred, other] = OUTPUTS.map((key) => checkOutput(row[key], declared, `$.${key}`, textOnly));
  if (preferred !== undefined && other !== undefined && said(preferred) === said(other))
    check.rejections.add('outputs_equal', '$.non_preferred_output', 'both outputs say the same');
}

/** Answers the names of the functions that the outputs may call. */
function checkInput(input: unknown, check: RowCheck): ReadonlySet<string> {
  const { rejections } = check;
  if (!isObject(input)) {
    rejections.add(
      input === undefined ? 'missing_key' : 'data_type',
      '$.input',
      `input is ${typeName(input)}, it must be an object with messages`,
    );
    return new Set();
  }
  checkKeys(input, CHAT_KEYS, 'unrecognized_key', '$.input', check);
  checkParallelToolCalls(input, '$.input', check);
  const { messages, declared } = checkConversation(input, '$.input', check);
  if (roleOf(messages.at(-1)) === 'assistant')
    rejections.add(
      'input_ends_with_assistant',
      `$.input.messages[${messages.length - 1}]`,
      'the input must end before the answer that is compared',
    );
  return declared;
}

function checkOutput(
  output: unknown,
  declared: ReadonlySet<string>,
  path: string,
  check: RowCheck,
): readonly unknown[] | undefined {
  const { rules, rejections } = check;
  if (!Array.isArray(output)) {
    rejections.add(
      output === undefined ? 'missing_key' : 'data_type',
      path,
      `the output is ${typeName(output)}, it must be a list of messages`,
    );
    return undefined;
  }
  const severalAllowed = rules.provider === 'azure';
  if (output.length === 0 || (output.length > 1 && !severalAllowed))
    rejections.add(
      'output_not_one_message',
      path,
      `the output has ${output.length} messages, allowed: ${severalAllowed ? 'one or more' : 'exactly one'}`,
    );
  checkMessages(output, declared, path, check);
  output.forEach((message, index) => checkOutputMessage(message, `${path}[${index}]`, check));
  if (severalAllowed && output.length > 0 && !output.some((message) => roleOf(message) === 'assistant'))
    rejections.add('output_role_not_assistant', path, 'the output has no assistant message');
  return output as unknown[];
}

function checkOutputMessage(message: unknown, path: string, { rules, rejections }: RowCheck): void {
  if (!isObject(message)) return;
  const { role } = message;
  const azure = rules.provider === 'azure';
  if (role !== undefined && role !== 'assistant' && !(azure && role === 'tool'))
    rejections.add(
      'output_role_not_assistant',
      `${path}.role`,
      `the role of an output must be ${azure ? 'assistant or tool' : 'assistant'}`,
    );
  if (!azure && message['tool_calls'] !== undefined)
    rejections.add('output_not_text', `${path}.tool_calls`, 'an output must be text, not a call of a tool');
}

/** A text and a list with that one text say the same. */
const said = (output: readonly unknown[]): string =>
  JSON.stringify(
    output.map((message) =>
      isObject(message)
        ? [message['role'], textOf(message['content']), message['refusal'] ?? null, message['tool_calls']]
        : message,
    ),
  );

function textOf(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  const texts = content.map((part: unknown) => (isObject(part) ? part['text'] : undefined));
  return texts.every((text) => typeof text === 'string') ? texts.join('') : (content as unknown[]);
}
