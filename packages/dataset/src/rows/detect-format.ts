import { createLineSplitter, type Line } from './lines.ts';
import { readRow } from './read-row.ts';
import type { RowFormat } from './row.ts';
import { rowRules } from './rules.ts';
import { isObject, type JsonObject } from './shape.ts';
import { CHAT_KEYS } from './chat.ts';
import { roleOf } from './messages.ts';

/** By its keys, whatever else is wrong with the row; undefined where they tell nothing. */
export function formatOf(row: JsonObject): RowFormat | undefined {
  if ('messages' in row) return isReinforcement(row) ? 'jsonl_reinforcement' : 'jsonl_chat';
  if ('input' in row || 'preferred_output' in row || 'non_preferred_output' in row) return 'jsonl_preference';
  if ('prompt' in row || 'completion' in row) return 'jsonl_prompt_completion';
  return undefined;
}

/**
 * The same for a row of a file whose format is known: with and without something to grade by, a row with messages may
 * be of either.
 */
export function formatUnder(declared: RowFormat, row: JsonObject): RowFormat | undefined {
  const found = formatOf(row);
  return found !== undefined && hasMessages(found) && hasMessages(declared) ? declared : found;
}

const hasMessages = (format: RowFormat): boolean =>
  format === 'jsonl_chat' || format === 'jsonl_reinforcement';

/** It waits for an answer, and has something to grade that answer by. */
const isReinforcement = (row: JsonObject): boolean =>
  Array.isArray(row['messages']) &&
  roleOf(row['messages'].at(-1)) === 'user' &&
  Object.keys(row).some((key) => !CHAT_KEYS.has(key));

const ROWS_LOOKED_AT = 20;
const BYTES_LOOKED_AT = 1024 * 1024;

/**
 * The format that most of the first rows have; `source` goes on from the first byte. Undefined where no row tells.
 * Rows of messages alone are for reinforcement where not one of them has an answer and all wait for one.
 */
export async function detectFormat(source: AsyncIterable<Uint8Array>): Promise<{
  readonly format: RowFormat | undefined;
  readonly source: AsyncIterable<Uint8Array>;
}> {
  const chunks = source[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let seenBytes = 0;
  let ended = false;
  while (!ended && seenBytes < BYTES_LOOKED_AT) {
    const next = await chunks.next();
    if (next.done === true) ended = true;
    else {
      seen.push(next.value);
      seenBytes += next.value.length;
    }
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield* seen.splice(0);
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return { format: mostFrequent(seen), source: whole() };
}

function mostFrequent(chunks: readonly Uint8Array[]): RowFormat | undefined {
  const rules = rowRules({ format: 'jsonl_chat' });
  const votes = new Map<RowFormat, number>();
  let rows = 0;
  let allWait = true;
  for (const { bytes } of firstLines(chunks, rules.maxLineBytes)) {
    const { value } = bytes === undefined ? {} : readRow(bytes, rules);
    const format = isObject(value) ? formatOf(value) : undefined;
    if (isObject(value) && format === 'jsonl_chat') allWait &&= waits(value);
    if (format !== undefined) votes.set(format, (votes.get(format) ?? 0) + 1);
    rows += 1;
    if (rows === ROWS_LOOKED_AT) break;
  }
  const most = [...votes].sort(([, a], [, b]) => b - a)[0]?.[0];
  return most === 'jsonl_chat' && allWait ? 'jsonl_reinforcement' : most;
}

/** Nobody has answered, and the user spoke last. */
function waits({ messages }: JsonObject): boolean {
  if (!Array.isArray(messages)) return false;
  const roles = messages.map(roleOf);
  return roles.at(-1) === 'user' && !roles.includes('assistant');
}

function* firstLines(chunks: readonly Uint8Array[], maxLineBytes: number): Generator<Line> {
  const splitter = createLineSplitter(maxLineBytes);
  for (const chunk of chunks) yield* splitter.push(chunk);
  yield* splitter.end();
}
