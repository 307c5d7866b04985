import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

/** The tokenizer's time grows with the square of an unbroken run, so long runs are counted in pieces. */
const LONGEST_RUN = 400;
const RUNS = new RegExp(`\\S{${LONGEST_RUN},}|\\s{${LONGEST_RUN},}`, 'u');

/**
 * Tokens of o200k_base; exact but for texts with a run of more than 400 letters or blanks, which is counted in
 * pieces.
 */
export function textTokens(text: string): number {
  if (!RUNS.test(text)) return countTokens(text, { disallowedSpecial: new Set() });
  let total = 0;
  for (let from = 0; from < text.length; from += LONGEST_RUN)
    total += countTokens(text.slice(from, from + LONGEST_RUN), { disallowedSpecial: new Set() });
  return total;
}

/** Start, role, separator and end of a message. */
const PER_MESSAGE = 4;

/** Tokens of a message as billed in training: its content, name and tool calls, and four for its frame. */
export function messageTokens(message: Readonly<Record<string, unknown>>): number {
  let total = PER_MESSAGE + textTokens(contentText(message['content']));
  if (typeof message['name'] === 'string') total += 1 + textTokens(message['name']);
  if (Array.isArray(message['tool_calls'])) total += textTokens(JSON.stringify(message['tool_calls']));
  return total;
}

/** Plain text of a content, which is a string, null, or a list of parts. */
export function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => {
      const text = (part as { text?: unknown } | null)?.text;
      return typeof text === 'string' ? text : '';
    })
    .join('');
}
