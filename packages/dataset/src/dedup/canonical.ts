import * as crypto from 'node:crypto';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { Message, Tool, ToolCall, TrainingRow } from '../rows/row.ts';
import { withExactNumbers } from '../rows/exact-numbers.ts';
import { compatible, mix } from './shingles.ts';

/** 128 bits, as four words. */
export type Fingerprint = Uint32Array;

/** What rows are compared by. It is text of the row: never keep it, keep its fingerprints. */
export interface CanonicalRow {
  /**
   * What stands around the dialogue: instructions, tools, images, tool calls, who speaks. With `turns` it is the
   * whole prompt.
   */
  readonly context: string;
  /** What is said before the answer, a text a message. */
  readonly turns: string;
  /** The assistant's last message, or both outputs of a preference. */
  readonly answer: string;
  /**
   * What is said before the answer, as it was written, without the instructions, which many rows share: what
   * near-duplicates are measured on.
   */
  readonly dialogue: string;
}

/**
 * Fingerprints are safe to keep and to pass between threads; the dialogue is for `sketch` and for embedding, and is
 * not to be kept.
 */
export interface RowIdentity {
  /** Equal for exact duplicates. */
  readonly row: Fingerprint;
  readonly prompt: Fingerprint;
  /** Equal in near-duplicates. */
  readonly answer: Fingerprint;
  /** Equal in near-duplicates. */
  readonly context: Fingerprint;
  readonly dialogue: string;
}

/**
 * The canonical form of a row of any format: in what is asked, compatibility forms, white space and case are of no
 * account; answers, which are what is learned, are compared to the letter (`exact`); keys sorted; ids of tool calls left out, as their order says the same. A message of weight 0 is another one than the
 * same that is learned from.
 * @throws RangeError for what is no JSON, such as a lone surrogate in a tool: check rows before
 */
export function canonicalForm(row: TrainingRow): CanonicalRow {
  const messages = promptMessages(row);
  const { tools = [], parallel_tool_calls: parallel = null } =
    'prompt' in row ? {} : 'input' in row ? row.input : row;
  const texts = messages.map(textOf);
  const turns = messages
    .map((message, at) => [message, texts[at] ?? ''] as const)
    .filter(([{ role }]) => !isInstruction(role));
  return {
    context: JSON.stringify([
      parallel,
      canonicalTools(tools),
      messages.map((message, at) => [
        ...aroundText(message),
        isInstruction(message.role) ? plain(texts[at] ?? '') : null,
      ]),
    ]),
    turns: JSON.stringify(turns.map(([, text]) => plain(text))),
    answer: answerOf(row),
    dialogue: turns.map(([, text]) => text).join('\n'),
  };
}

export function identify(row: TrainingRow): RowIdentity {
  const form = canonicalForm(row);
  const context = fingerprint(form.context);
  const prompt = joined(context, fingerprint(form.turns));
  const answer = fingerprint(form.answer);
  return {
    row: joined(prompt, answer),
    prompt,
    answer,
    context,
    dialogue: form.dialogue,
  };
}

/** The first half of a SHA-256. */
export function fingerprint(text: string): Fingerprint {
  const hash = sha256(text);
  return Uint32Array.of(
    hash.readUInt32LE(0),
    hash.readUInt32LE(4),
    hash.readUInt32LE(8),
    hash.readUInt32LE(12),
  );
}

/** In one call where Node has it (from 20.12 on): half the time for a short text. */
const sha256: (text: string) => Buffer =
  'hash' in crypto
    ? (text) => crypto.hash('sha256', text, 'buffer')
    : (text) => crypto.createHash('sha256').update(text).digest();

/** What people see as the same question. */
export function plain(text: string): string {
  return compatible(text).replace(/\s+/g, ' ').trim().toLowerCase();
}

/** The messages before the answer, in any format. */
export function promptMessages(row: TrainingRow): readonly Message[] {
  if ('prompt' in row) return [{ role: 'user', content: row.prompt }];
  if ('input' in row) return row.input.messages;
  return row.messages.at(-1)?.role === 'assistant' ? row.messages.slice(0, -1) : row.messages;
}

/** The text of a message: its text and refusal parts, a line each. */
export function textOf({ content, refusal }: Message): string {
  if (typeof content === 'string' && (refusal ?? '') === '') return content;
  const parts = typeof content === 'string' ? [content] : (content ?? []).map(textOfPart);
  return [...parts, refusal ?? ''].filter((text) => text !== '').join('\n');
}

type Part = Exclude<Message['content'], string | null | undefined>[number];

const textOfPart = (part: Part): string =>
  part.type === 'text' ? part.text : part.type === 'refusal' ? part.refusal : '';

/** To the letter: Unicode NFC, line ends, and white space at the ends; nothing more. */
const exact = (text: string): string => text.normalize('NFC').replace(/\r\n?/g, '\n').trim();

function answerOf(row: TrainingRow): string {
  const outputs: readonly (readonly Message[])[] =
    'prompt' in row
      ? [[{ role: 'assistant', content: row.completion }]]
      : 'input' in row
        ? [row.preferred_output, row.non_preferred_output]
        : [row.messages.slice(promptMessages(row).length)];
  return JSON.stringify(
    outputs.map((output) => output.map((message) => [...aroundText(message), exact(textOf(message))])),
  );
}

const isInstruction = (role: Message['role']): boolean => role === 'system' || role === 'developer';

const aroundText = ({ role, name, weight, content, tool_calls: calls }: Message): unknown[] => [
  role,
  name ?? null,
  weight === 0,
  Array.isArray(content) ? content.filter(({ type }: Part) => type === 'image_url').map(canonicalImage) : [],
  calls?.map((call) => [call.function.name, canonicalArguments(call)]) ?? [],
];

const canonicalImage = (part: Part): unknown =>
  part.type === 'image_url' ? [part.image_url.url, part.image_url.detail ?? 'auto'] : null;

const canonicalTools = (tools: readonly Tool[]): string => (tools.length === 0 ? '[]' : canonicalJson(tools));

/** Arguments are JSON in a string: key order and white space are of no account, unless they are not JSON. */
function canonicalArguments({ function: { arguments: text } }: ToolCall): string {
  try {
    JSON.parse(text);
    return canonicalJson(JSON.parse(withExactNumbers(text)));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return text;
    throw error;
  }
}

/** The fingerprint of a pair: both are hashes, so that a mix of their words is as good as hashing again. */
const joined = (a: Fingerprint, b: Fingerprint): Fingerprint =>
  a.map((word, at) => (mix(word + 0x9e3779b9) + (b[at] ?? 0)) >>> 0);
