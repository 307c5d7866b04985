import { readFile } from 'node:fs/promises';
import { contentText, messageTokens } from '../tokens.ts';
import type { Example } from './artefact.ts';
import type { Preference } from './dpo.ts';
import type { Prompt } from './features.ts';
import { preferenceRowError, supervisedRowError, type Row, type RowMessage } from './row-rules.ts';

export type Method = 'supervised' | 'dpo';

/** What a look at a training file found. Line numbers count from 1. */
export interface Inspection {
  readonly rows: number;
  /** Billed tokens of one epoch. */
  readonly tokens: number;
  readonly errors: readonly { readonly line: number; readonly message: string }[];
  readonly errorCount: number;
}

const MAX_TOKENS_PER_ROW = 65_536;
const ERRORS_SHOWN = 5;
const LINE_FEED = 10;

/** Reads every line of a file as the provider does: UTF-8 without byte order mark, one JSON object a line. */
export async function inspectFile(path: string, method: Method): Promise<Inspection> {
  const rowError = method === 'dpo' ? preferenceRowError : supervisedRowError;
  const errors: { line: number; message: string }[] = [];
  let errorCount = 0;
  let rows = 0;
  let tokens = 0;
  for await (const { line, value, error } of lines(path)) {
    rows++;
    const wrong = error ?? rowError(value);
    if (wrong === undefined) {
      tokens += Math.min(MAX_TOKENS_PER_ROW, rowTokens(value as Row, method));
      continue;
    }
    errorCount++;
    if (errors.length < ERRORS_SHOWN) errors.push({ line, message: wrong });
  }
  return { rows, tokens, errors, errorCount };
}

/**
 * Every answer of the assistant that counts, with what was said before it. The file must have passed {@link
 * inspectFile}.
 */
export async function readExamples(path: string): Promise<Example[][]> {
  const found: Example[][] = [];
  for await (const { value } of lines(path)) {
    const messages = (value as { messages: RowMessage[] }).messages;
    found.push(
      messages.flatMap((message, index) =>
        message.role === 'assistant' && message.weight !== 0
          ? [{ ...promptOf(messages.slice(0, index)), answer: answerText(message) }]
          : [],
      ),
    );
  }
  return found;
}

export async function readPreferences(path: string): Promise<Preference[]> {
  const found: Preference[] = [];
  for await (const { value } of lines(path)) {
    const row = value as {
      input: { messages: RowMessage[] };
      preferred_output: RowMessage[];
      non_preferred_output: RowMessage[];
    };
    found.push({
      ...promptOf(row.input.messages),
      preferred: answerText(row.preferred_output[0]),
      rejected: answerText(row.non_preferred_output[0]),
    });
  }
  return found;
}

/** What a model looks at in a conversation that waits for the assistant's answer. */
export function promptOf(messages: readonly RowMessage[]): Prompt {
  const spoken = messages.filter((each) => each.role !== 'system' && each.role !== 'developer');
  let last = spoken.length - 1;
  while (last > 0 && spoken[last]?.role !== 'user') last--;
  const before = spoken.filter((_, index) => index !== last).slice(-2);
  return {
    question: contentText(spoken[last]?.content),
    history: before.map((each) => contentText(each.content)).join('\n'),
  };
}

const TOOL_CALLS = '\u0000tool_calls:';

/** An answer as one text, so that a call of a tool can be learned and retrieved like a sentence. */
function answerText(message: RowMessage | undefined): string {
  const calls = message?.tool_calls;
  return calls === undefined ? contentText(message?.content).trim() : TOOL_CALLS + JSON.stringify(calls);
}

/** The message that an answer of {@link readExamples} stands for. */
export function answerMessage(answer: string): { content: string | null; tool_calls?: unknown } {
  if (!answer.startsWith(TOOL_CALLS)) return { content: answer };
  return { content: null, tool_calls: JSON.parse(answer.slice(TOOL_CALLS.length)) as unknown };
}

function rowTokens(row: Row, method: Method): number {
  if (method === 'dpo') {
    const input = row['input'] as Row;
    const outputs = [row['preferred_output'], row['non_preferred_output']].flat() as Row[];
    return sumTokens([...(input['messages'] as Row[]), ...outputs]);
  }
  const tools = row['tools'] === undefined ? [] : [{ content: JSON.stringify(row['tools']) }];
  return sumTokens([...(row['messages'] as Row[]), ...tools]);
}

const sumTokens = (messages: readonly Row[]): number =>
  messages.reduce((total, message) => total + messageTokens(message), 0);

interface Line {
  readonly line: number;
  readonly value?: unknown;
  readonly error?: string;
}

async function* lines(path: string): AsyncGenerator<Line> {
  const bytes = await readFile(path);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let start = 0;
  for (let line = 1; start < bytes.length; line++) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found === -1 ? bytes.length : found;
    yield parseLine(line, bytes.subarray(start, end), decoder);
    start = end + 1;
  }
}

function parseLine(line: number, bytes: Uint8Array, decoder: InstanceType<typeof TextDecoder>): Line {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { line, error: 'the line is not UTF-8' };
  }
  if (text.startsWith('\uFEFF')) return { line, error: 'the file starts with a byte order mark' };
  try {
    return { line, value: JSON.parse(text) as unknown };
  } catch {
    return { line, error: text.trim() === '' ? 'the line is empty' : 'the line is not JSON' };
  }
}
