import { checkConversation, roleOf } from './messages.ts';
import type { RowCheck } from './rules.ts';
import type { JsonObject } from './shape.ts';

/**
 * A row for reinforcement fine-tuning: the model answers the last message. `messages` and `tools` are the reserved
 * keys; any other is the graders'.
 */
export function checkReinforcement(row: JsonObject, check: RowCheck): void {
  const { messages } = checkConversation(row, '$', check);
  if (messages.length > 0 && roleOf(messages.at(-1)) !== 'user')
    check.rejections.add(
      'last_message_not_user',
      `$.messages[${messages.length - 1}]`,
      'the last message must be the user’s',
    );
}
