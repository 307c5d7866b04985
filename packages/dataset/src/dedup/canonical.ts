import { createHash } from 'node:crypto';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { Message, PreferenceRow, Tool, ToolCall, TrainingRow } from '../rows/row.ts';

/** 128 bits of SHA-256, as four words. */
export type Fingerprint = Uint32Array;

/** What rows are compared by. Texts are of the row itself: never keep them, keep their fingerprints. */
export interface CanonicalRow {
  /** All that is trained on or answered to: equal for exact duplicates. */
  readonly row: string;
  /** All that comes before the answer. */
  readonly prompt: string;
  /** The assistant's last message, or both outputs of a preference. */
  readonly answer: string;
  /** What stands around the dialogue and must be equal in near-duplicates: instructions, tools, images. */
  readonly context: string;
  /** The answer without the punctuation at the ends of words. */
  readonly looseAnswer: string;
  /** What was said before the answer, without the instructions, which many rows share: what near-duplicates are measured on. */
  readonly dialogue: string;
}

/** Fingerprints of a canonical row, safe to keep and to pass between threads; the dialogue is for `sketch`, and is not to be kept. */
export interface RowIdentity {
  readonly row: Fingerprint;
  readonly prompt: Fingerprint;
  readonly answer: Fingerprint;
  readonly context: Fingerprint;
  readonly looseAnswer: Fingerprint;
  readonly dialogue: string;
}

/**
 * The canonical form of a row of any format: Unicode NFKC, white space and case of no account in what is said; keys sorted; ids of tool calls replaced by their order, which they stand for.
 * A message of weight 0 is another row than the same one that is learned from.
 */
export function canonicalForm(row: TrainingRow): CanonicalRow {
  if ('prompt' in row)
    return assembled([], [], [{ role: 'user', content: row.prompt }], said(row.completion));
  if ('input' in row) {
    const { messages, tools = [] } = row.input;
    return assembled([row.input.parallel_tool_calls ?? null], tools, messages, outputs(row));
  }
  const last = row.messages.at(-1);
  const answered = last?.role === 'assistant';
  return assembled(
    [row.parallel_tool_calls ?? null],
    row.tools ?? [],
    answered ? row.messages.slice(0, -1) : row.messages,
    answered ? answerOf(last) : { strict: '', loose: '' },
  );
}

export function identify(row: TrainingRow): RowIdentity {
  const form = canonicalForm(row);
  return {
    row: fingerprint(form.row),
    prompt: fingerprint(form.prompt),
    answer: fingerprint(form.answer),
    context: fingerprint(form.context),
    looseAnswer: fingerprint(form.looseAnswer),
    dialogue: form.dialogue,
  };
}

export function fingerprint(text: string): Fingerprint {
  const hash = createHash('sha256').update(text).digest();
  return Uint32Array.of(
    hash.readUInt32LE(0),
    hash.readUInt32LE(4),
    hash.readUInt32LE(8),
    hash.readUInt32LE(12),
  );
}

/** What people see as the same text. */
export function plain(text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase();
}

/** The messages that a row's prompt is made of, in any format. */
export function promptMessages(row: TrainingRow): readonly Message[] {
  if ('prompt' in row) return [{ role: 'user', content: row.prompt }];
  const { messages } = 'input' in row ? row.input : row;
  return messages.at(-1)?.role === 'assistant' ? messages.slice(0, -1) : messages;
}

/** The text of a message: its text and refusal parts, a line each. */
export function textOf({ content, refusal }: Message): string {
  const parts =
    typeof content === 'string'
      ? [content]
      : (content ?? []).map((part) =>
          part.type === 'text' ? part.text : part.type === 'refusal' ? part.refusal : '',
        );
  return [...parts, refusal ?? ''].filter((text) => text !== '').join('\n');
}

interface Answer {
  readonly strict: string;
  readonly loose: string;
}

function assembled(
  settings: readonly unknown[],
  tools: readonly Tool[],
  messages: readonly Message[],
  answer: Answer,
): CanonicalRow {
  const instructions = messages.filter(isInstruction);
  const turns = messages.filter((message) => !isInstruction(message));
  const prompt = JSON.stringify([
    ...settings,
    canonicalJson(tools),
    messages.map((message) => canonicalMessage(message, plain)),
  ]);
  return {
    row: `${prompt}\n${answer.strict}`,
    prompt,
    answer: answer.strict,
    context: JSON.stringify([
      ...settings,
      canonicalJson(tools),
      instructions.map((message) => canonicalMessage(message, plain)),
      turns.map((message) => [message.role, message.weight === 0, images(message), calls(message)]),
    ]),
    looseAnswer: answer.loose,
    dialogue: turns.map(textOf).join('\n'),
  };
}

const isInstruction = ({ role }: Message): boolean => role === 'system' || role === 'developer';

const said = (text: string): Answer => answerOf({ role: 'assistant', content: text });

const answerOf = (message: Message): Answer => ({
  strict: JSON.stringify(canonicalMessage(message, plain)),
  loose: JSON.stringify(canonicalMessage(message, loose)),
});

const outputs = ({ preferred_output: preferred, non_preferred_output: other }: PreferenceRow): Answer => {
  const both = (text: (of: string) => string): string =>
    JSON.stringify(
      [preferred, other].map((output) => output.map((message) => canonicalMessage(message, text))),
    );
  return { strict: both(plain), loose: both(loose) };
};

/** Only what ends a word or opens one goes: `1.5`, `-5` and `$5` stay as they are. */
const loose = (text: string): string =>
  plain(text)
    .replace(/[.,;:!?…"“”]+(?=\s|$)/g, '')
    .replace(/(^|\s)["“”]+/g, '$1')
    .trim();

const canonicalMessage = (message: Message, text: (of: string) => string): unknown => [
  message.role,
  message.name ?? null,
  text(textOf(message)),
  message.weight === 0,
  images(message),
  calls(message),
];

const images = ({ content }: Message): unknown[] =>
  Array.isArray(content)
    ? content.flatMap((part: Exclude<Message['content'], string | null | undefined>[number]) =>
        part.type === 'image_url' ? [[part.image_url.url, part.image_url.detail ?? 'auto']] : [],
      )
    : [];

const calls = ({ tool_calls: toolCalls = [] }: Message): unknown[] =>
  toolCalls.map((call) => [call.function.name, canonicalArguments(call)]);

/** Arguments are JSON in a string: key order and white space are of no account, unless they are not JSON. */
function canonicalArguments({ function: { arguments: text } }: ToolCall): string {
  try {
    return canonicalJson(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return text;
    throw error;
  }
}
