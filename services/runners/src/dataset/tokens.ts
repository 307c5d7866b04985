import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import type { ChatRow } from '@ftm/dataset/rows/row';

/** Start, role and end of a message are billed like this many tokens. */
const PER_MESSAGE = 4;
/** A run without a break makes byte-pair merging quadratic: it is counted piece by piece, which is exact to a token or so at each seam. */
const MAX_RUN = 1000;

/** Billable tokens of a row, by the o200k vocabulary. */
export function rowTokens(row: ChatRow): number {
  return row.messages.reduce(
    (sum, message) =>
      sum + PER_MESSAGE + textTokens(typeof message.content === 'string' ? message.content : ''),
    0,
  );
}

export function textTokens(text: string): number {
  let sum = 0;
  for (const piece of pieces(text)) sum += countTokens(piece, { disallowedSpecial: new Set() });
  return sum;
}

function pieces(text: string): string[] {
  if (text.length <= MAX_RUN) return [text];
  return text.match(/\s*\S{1,1000}|\s+/g) ?? [];
}
