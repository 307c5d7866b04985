import { readStrictText } from '@ftm/contracts/strict-json';
import { withExactNumbers } from './exact-numbers.ts';
import type { RowCheck, RowRules } from './rules.ts';
import { checkKeys, isObject, typeName } from './shape.ts';
import { checkFunctionName } from './tools.ts';

const CALL_KEYS = new Set(['id', 'type', 'function']);
const FUNCTION_KEYS = new Set(['name', 'arguments']);

/** `tool_calls` of one assistant message. */
export function checkToolCalls(
  calls: unknown,
  declared: ReadonlySet<string>,
  path: string,
  check: RowCheck,
): void {
  if (!Array.isArray(calls) || calls.length === 0)
    check.rejections.add(
      'data_type',
      path,
      `tool_calls is ${Array.isArray(calls) ? 'an empty list' : typeName(calls)}, it must be a list with at least one call, or left out`,
    );
  else calls.forEach((call, index) => checkCall(call, declared, `${path}[${index}]`, check));
}

function checkCall(call: unknown, declared: ReadonlySet<string>, path: string, check: RowCheck): void {
  const { rejections } = check;
  if (!isObject(call)) {
    rejections.add('invalid_tool_call', path, `the call is ${typeName(call)}, it must be an object`);
    return;
  }
  checkKeys(call, CALL_KEYS, 'message_unrecognized_key', path, check);
  if (typeof call['id'] !== 'string' || call['id'] === '')
    rejections.add('invalid_tool_call', `${path}.id`, 'the id of a call must be a string that is not empty');
  if (call['type'] !== 'function')
    rejections.add('invalid_tool_call', `${path}.type`, 'the type of a call must be function');
  const called = call['function'];
  const at = `${path}.function`;
  if (!isObject(called)) {
    rejections.add('invalid_tool_call', at, `function is ${typeName(called)}, it must be an object`);
    return;
  }
  checkKeys(called, FUNCTION_KEYS, 'message_unrecognized_key', at, check);
  const name = called['name'];
  if (checkFunctionName(name, `${at}.name`, check) && !declared.has(name))
    rejections.add('undeclared_tool', `${at}.name`, 'the function is not declared in tools');
  if (!isObjectText(called['arguments'], check.rules))
    rejections.add(
      'invalid_arguments',
      `${at}.arguments`,
      'the arguments must be a string that is a JSON object',
    );
}

/**
 * As strict as the row itself: JSON inside a text is no way round its limits. Only its numbers may be of any length,
 * as nobody reads them: the text stays as it is.
 */
function isObjectText(text: unknown, { maxDepth, maxValues }: RowRules): boolean {
  if (typeof text !== 'string') return false;
  const limits = { maxDepth, maxValues, maxFaults: 1 };
  const read = readStrictText(text, limits);
  const { value, faults } =
    read.faults[0]?.code === 'inexact_number' ? readStrictText(withExactNumbers(text), limits) : read;
  return faults.length === 0 && isObject(value);
}

/**
 * Every call is answered before anybody else speaks, by its id; those of the last message may wait. Messages that are
 * out of shape are passed over.
 */
export function checkAnswers(messages: readonly unknown[], path: string, check: RowCheck): void {
  const { rejections } = check;
  const used = new Set<string>();
  let open = new Map<string, string>();
  const close = (): void => {
    for (const at of open.values())
      rejections.add('unanswered_tool_call', at, 'no tool message answers the call');
    open = new Map();
  };
  messages.forEach((message, index) => {
    if (!isObject(message)) return;
    if (message['role'] === 'tool') {
      const id = message['tool_call_id'];
      if (typeof id === 'string' && !open.delete(id))
        rejections.add(
          'unknown_tool_call_id',
          `${path}[${index}].tool_call_id`,
          'no call that waits for an answer has this id',
        );
      return;
    }
    if (open.size > 0) close();
    const calls = message['tool_calls'];
    if (message['role'] !== 'assistant' || !Array.isArray(calls)) return;
    calls.forEach((call: unknown, position) => {
      const id = isObject(call) ? call['id'] : undefined;
      if (typeof id !== 'string') return;
      const at = `${path}[${index}].tool_calls[${position}]`;
      if (used.has(id)) rejections.add('duplicate_tool_call_id', `${at}.id`, 'a call before has the same id');
      used.add(id);
      open.set(id, at);
    });
  });
  const last = messages.at(-1);
  if (open.size > 0 && !(isObject(last) && last['role'] === 'assistant')) close();
}
