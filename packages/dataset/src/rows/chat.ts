import { checkConversation, roleOf } from './messages.ts';
import type { RowCheck } from './rules.ts';
import { checkKeys, type JsonObject } from './shape.ts';
import { checkParallelToolCalls } from './tools.ts';

export const CHAT_KEYS: ReadonlySet<string> = new Set(['messages', 'tools', 'parallel_tool_calls']);

/** A row for supervised fine-tuning: there is an answer to learn. */
export function checkChat(row: JsonObject, check: RowCheck): void {
  const { rejections, warnings, rules } = check;
  checkKeys(row, CHAT_KEYS, 'unrecognized_key', '$', check);
  checkParallelToolCalls(row, '$', check);
  const { messages } = checkConversation(row, '$', check);
  if (messages.length === 0) return;
  const answers = messages.filter((message) => roleOf(message) === 'assistant') as JsonObject[];
  if (answers.length === 0)
    rejections.add('example_missing_assistant_message', '$.messages', 'there is no assistant message');
  else if (answers.every((answer) => answer['weight'] === 0))
    rejections.add('all_weights_zero', '$.messages', 'every assistant message has the weight 0');
  else if (roleOf(messages.at(-1)) === 'assistant') return;
  else if (rules.provider === 'azure')
    rejections.add(
      'last_message_not_assistant',
      `$.messages[${messages.length - 1}]`,
      'the last message must be the assistant’s',
    );
  else warnings.push('last_message_not_assistant');
}
