/** A chat row as the provider takes it. */
export interface ChatRow {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

/** Why a row was left out; `path` is a JSON path into the row. */
export interface RowRejection {
  readonly code: string;
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

const ROLES = ['system', 'developer', 'user', 'assistant'];

/** The provider's rules for supervised rows (text only), each with its own code. All that is wrong is said, not the first thing only. */
export function checkChatRow(messages: readonly Readonly<Record<string, unknown>>[]): {
  readonly row: ChatRow | undefined;
  readonly rejections: readonly RowRejection[];
} {
  const rejections: RowRejection[] = [];
  const no = (code: string, path: string, message: string, remedy: string): void =>
    void rejections.push({ code, path, message, remedy });
  if (messages.length === 0)
    no(
      'missing_messages_list',
      '$.messages',
      'there are no messages',
      'record at least one user and one assistant message',
    );
  messages.forEach((message, index) => {
    const at = `$.messages[${index}]`;
    const { role, content } = message;
    if (typeof role !== 'string' || !ROLES.includes(role))
      no(
        'unrecognized_role',
        `${at}.role`,
        'the role is not one that the provider knows',
        `use one of ${ROLES.join(', ')}`,
      );
    if (typeof content !== 'string')
      no('missing_content', `${at}.content`, 'the content is not text', 'record the text of the message');
    else if (content.trim() === '')
      no(
        'empty_content',
        `${at}.content`,
        'the content is empty',
        'leave such traces out, or record what was said',
      );
    else if (!content.isWellFormed() || content.includes('\0'))
      no(
        'invalid_unicode',
        `${at}.content`,
        'the content has a lone surrogate or NUL',
        'record valid Unicode text',
      );
  });
  const said = messages.filter((message) => message['role'] === 'assistant');
  if (said.length === 0)
    no(
      'example_missing_assistant_message',
      '$.messages',
      'the assistant says nothing',
      'only dialogues with an answer can be learned from',
    );
  else if (messages.at(-1)?.['role'] !== 'assistant')
    no(
      'last_message_not_assistant',
      '$.messages',
      'the last word is not the assistant’s',
      'cut the dialogue after an answer',
    );
  if (rejections.length > 0) return { row: undefined, rejections };
  return {
    row: {
      messages: messages.map(({ role, content }) => ({ role: String(role), content: String(content) })),
    },
    rejections,
  };
}

/** What makes two rows the same: roles and texts, white space and case of no account. */
export function canonicalRow(row: ChatRow): string {
  return JSON.stringify(row.messages.map((message) => [message.role, plain(message.content)]));
}

/** What a row shares with an eval case that asks the same. */
export function canonicalPrompt(messages: ChatRow['messages']): string {
  return JSON.stringify(
    messages.filter((message) => message.role === 'user').map((message) => plain(message.content)),
  );
}

const plain = (text: string): string => text.normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase();
