import { isUtf8 } from 'node:buffer';
import { allMatches } from './matching.ts';
import type { Span } from './types.ts';

/** Longer than the longest key that is worth looking for, shorter than an image. */
const MAX_RUN = 4096;
const MAX_RUNS = 200;
const RUN = /(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{16,}={0,2}(?![A-Za-z0-9+/_-])/g;
const TEXT = /^[\t\n\r\x20-\x7e\u00a0-\uffff]+$/;

/** Stretches that are base64 (standard or URL-safe) of text, with that text; at most 200 of them, of 4096 characters each. */
export function* base64Texts(text: string): Generator<{ readonly span: Span; readonly decoded: string }> {
  let runs = 0;
  for (const match of allMatches(RUN, text)) {
    const run = match[0];
    // Words joined by hyphens, and hexadecimal, are written with fewer kinds of character.
    if (!/[A-Z]/.test(run) || !/[a-z]/.test(run) || run.length % 4 === 1) continue;
    runs += 1;
    if (runs > MAX_RUNS) return;
    const decoded = decode(run.slice(0, MAX_RUN));
    if (decoded !== undefined) yield { span: [match.index, match.index + run.length], decoded };
  }
}

/** Undefined for what is no text: most runs are names and numbers, and their bytes no UTF-8. */
function decode(run: string): string | undefined {
  const bytes = Buffer.from(run.length > MAX_RUN - 4 ? run.slice(0, MAX_RUN - 8) : run, 'base64');
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  return TEXT.test(text) ? text : undefined;
}
