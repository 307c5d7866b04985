/** A message of a training row, after it has passed the rules. */
export interface RowMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: unknown;
  readonly weight?: 0 | 1;
}

export type Row = Readonly<Record<string, unknown>>;

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool', 'function'];
const MESSAGE_KEYS = new Set([
  'role',
  'content',
  'name',
  'tool_calls',
  'tool_call_id',
  'weight',
  'function_call',
  'refusal',
]);
const SUPERVISED_KEYS = new Set(['messages', 'tools', 'parallel_tool_calls', 'functions']);
const PREFERENCE_KEYS = new Set(['input', 'preferred_output', 'non_preferred_output']);

/** What is wrong with a row of the supervised method, by path; undefined for a good row. */
export function supervisedRowError(row: unknown): string | undefined {
  if (!isRecord(row)) return 'the row must be a JSON object (data_type)';
  const unknown = Object.keys(row).find((key) => !SUPERVISED_KEYS.has(key));
  if (unknown !== undefined)
    return `unexpected key '${unknown}', allowed: ${[...SUPERVISED_KEYS].join(', ')}`;
  const messages = row['messages'];
  if (!Array.isArray(messages) || messages.length === 0)
    return 'messages must be a non-empty list (missing_messages_list)';
  return (
    firstError(messages, 'messages') ??
    (messages.some((each) => (each as RowMessage).role === 'assistant' && (each as RowMessage).weight !== 0)
      ? undefined
      : 'messages must have at least one assistant message (example_missing_assistant_message)')
  );
}

/** The same for direct preference optimisation. */
export function preferenceRowError(row: unknown): string | undefined {
  if (!isRecord(row)) return 'the row must be a JSON object (data_type)';
  const unknown = Object.keys(row).find((key) => !PREFERENCE_KEYS.has(key));
  if (unknown !== undefined)
    return `unexpected key '${unknown}', allowed: ${[...PREFERENCE_KEYS].join(', ')}`;
  const input = row['input'];
  if (!isRecord(input) || !Array.isArray(input['messages']) || input['messages'].length === 0)
    return 'input.messages must be a non-empty list (missing_messages_list)';
  const error = firstError(input['messages'], 'input.messages');
  if (error !== undefined) return error;
  for (const key of ['preferred_output', 'non_preferred_output']) {
    const output = row[key];
    if (!Array.isArray(output) || output.length !== 1)
      return `${key} must be a list of one assistant message`;
    const wrong = firstError(output, key);
    if (wrong !== undefined) return wrong;
    if ((output[0] as RowMessage).role !== 'assistant') return `${key}[0].role must be 'assistant'`;
  }
  return undefined;
}

function firstError(messages: readonly unknown[], path: string): string | undefined {
  for (const [index, message] of messages.entries()) {
    const error = messageError(message);
    if (error !== undefined) return `${path}[${index}]${error}`;
  }
  return undefined;
}

function messageError(message: unknown): string | undefined {
  if (!isRecord(message)) return ' must be an object (data_type)';
  const unknown = Object.keys(message).find((key) => !MESSAGE_KEYS.has(key));
  if (unknown !== undefined) return ` has the unexpected key '${unknown}' (message_unrecognized_key)`;
  const role = message['role'];
  if (role === undefined) return ' has no role (message_missing_key)';
  if (typeof role !== 'string' || !ROLES.includes(role))
    return `.role is ${JSON.stringify(role)}, allowed: ${ROLES.join(', ')} (unrecognized_role)`;
  return contentError(message, role) ?? weightError(message, role);
}

function contentError(message: Row, role: string): string | undefined {
  const content = message['content'];
  const callsTool = role === 'assistant' && (message['tool_calls'] ?? message['function_call']) !== undefined;
  if (typeof content === 'string' || (Array.isArray(content) && content.length > 0)) return undefined;
  return callsTool ? undefined : '.content must be a string or a list of parts (missing_content)';
}

function weightError(message: Row, role: string): string | undefined {
  const weight = message['weight'];
  if (weight === undefined) return undefined;
  if (role !== 'assistant') return '.weight is allowed in assistant messages only';
  return weight === 0 || weight === 1 ? undefined : '.weight must be 0 or 1';
}

export const isRecord = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
