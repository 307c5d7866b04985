import { checkContent } from './content.ts';
import type { Role } from './row.ts';
import type { RowCheck } from './rules.ts';
import { checkKeys, isObject, typeName, type JsonObject } from './shape.ts';
import { checkAnswers, checkToolCalls } from './tool-calls.ts';
import { checkTools } from './tools.ts';

const MESSAGE_KEYS = new Set(['role', 'content', 'name', 'refusal', 'tool_calls', 'tool_call_id', 'weight']);
const ROLES: readonly string[] = ['system', 'developer', 'user', 'assistant', 'tool'] satisfies Role[];

/** The role that has a key to itself. */
const OWNERS = [
  ['refusal', 'assistant'],
  ['tool_calls', 'assistant'],
  ['weight', 'assistant'],
  ['tool_call_id', 'tool'],
] as const satisfies readonly (readonly [string, Role])[];

/** What the provider takes as the name of an author. */
const NAMES = {
  openai: {
    pattern: /^[^\s<|\\/>]{1,64}$/u,
    allowed: '1 to 64 characters without white space, < > | \\ and /',
  },
  azure: { pattern: /^[a-zA-Z0-9_-]{1,64}$/, allowed: '1 to 64 letters (a-z, A-Z), digits, _ and -' },
};

/**
 * Messages and tools of a conversation; answers the names of the functions that are declared, and no messages where
 * they are no list with something in it.
 */
export function checkConversation(
  holder: JsonObject,
  path: string,
  check: RowCheck,
): { readonly messages: readonly unknown[]; readonly declared: ReadonlySet<string> } {
  const declared = checkTools(holder['tools'], `${path}.tools`, check);
  const { messages } = holder;
  const at = `${path}.messages`;
  if (!Array.isArray(messages) || messages.length === 0) {
    check.rejections.add(
      'missing_messages_list',
      at,
      `messages is ${Array.isArray(messages) ? 'an empty list' : typeName(messages)}, it must be a list with at least one message`,
    );
    return { messages: [], declared };
  }
  checkMessages(messages, declared, at, check);
  return { messages, declared };
}

export function checkMessages(
  messages: readonly unknown[],
  declared: ReadonlySet<string>,
  path: string,
  check: RowCheck,
): void {
  messages.forEach((message, index) => checkMessage(message, declared, `${path}[${index}]`, check));
  checkAnswers(messages, path, check);
}

export const roleOf = (message: unknown): unknown => (isObject(message) ? message['role'] : undefined);

function checkMessage(message: unknown, declared: ReadonlySet<string>, path: string, check: RowCheck): void {
  const { rules, rejections } = check;
  if (!isObject(message)) {
    rejections.add('data_type', path, `the message is ${typeName(message)}, it must be an object`);
    return;
  }
  checkKeys(message, MESSAGE_KEYS, 'message_unrecognized_key', path, check);
  const role = checkRole(message, path, check);
  for (const [key, owner] of OWNERS)
    if (message[key] !== undefined && role !== undefined && role !== owner)
      rejections.add(
        'key_not_allowed_for_role',
        `${path}.${key}`,
        `${key} is allowed in ${owner} messages only`,
      );
  const { name } = message;
  const { pattern, allowed } = NAMES[rules.provider];
  if (name !== undefined && !(typeof name === 'string' && pattern.test(name)))
    rejections.add('invalid_name', `${path}.name`, `the name must have ${allowed}`);
  checkContent(message, role, path, check);
  if (role === 'assistant') checkAssistant(message, declared, path, check);
  if (role === 'tool') checkToolCallId(message['tool_call_id'], `${path}.tool_call_id`, check);
}

function checkRole(message: JsonObject, path: string, { rejections }: RowCheck): Role | undefined {
  const { role } = message;
  const at = `${path}.role`;
  if (role === undefined) rejections.add('message_missing_key', at, 'the message has no role');
  else if (role === 'function')
    rejections.add('deprecated_functions', at, 'the role function is deprecated and not learned from');
  else if (typeof role !== 'string' || !ROLES.includes(role))
    rejections.add('unrecognized_role', at, `the role is none of ${ROLES.join(', ')}`);
  else return role as Role;
  return undefined;
}

function checkAssistant(
  message: JsonObject,
  declared: ReadonlySet<string>,
  path: string,
  check: RowCheck,
): void {
  const { weight, refusal, tool_calls: calls } = message;
  const { rejections } = check;
  if (weight !== undefined && weight !== 0 && weight !== 1)
    rejections.add('invalid_weight', `${path}.weight`, 'the weight must be the number 0 or 1');
  if (refusal !== undefined && refusal !== null && typeof refusal !== 'string')
    rejections.add('data_type', `${path}.refusal`, `refusal is ${typeName(refusal)}, it must be a string`);
  if (calls !== undefined) checkToolCalls(calls, declared, `${path}.tool_calls`, check);
}

function checkToolCallId(id: unknown, path: string, { rejections }: RowCheck): void {
  if (id === undefined) rejections.add('message_missing_key', path, 'the tool message has no tool_call_id');
  else if (typeof id !== 'string')
    rejections.add('data_type', path, `tool_call_id is ${typeName(id)}, it must be a string`);
}
