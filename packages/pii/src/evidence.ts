import { fold, meaningOf, NEUTRAL, type Meaning } from './lexicon.ts';

/*
 * A stretch of a text is personal by evidence, never by its shape alone. Everything that speaks for it or against it
 * gives points:
 *
 *   itself         checksum, issuer's range, the format of a country, groups as they are printed
 *   words before   what it is called, in a sentence or as the name of a field, whether right before it or farther away
 *   words behind   "office", a unit, a currency
 *   beside it      signs of a sum, decimals, other numbers in a row, code
 *
 * What has FOUND is replaced. What has CERTAIN is reason to stop a dataset, too.
 */
export const FOUND = 2;
export const CERTAIN = 3;
/** Against what cannot be outweighed. */
export const NEVER = -100;

/** The nearest word before a stretch that means something here. */
export interface Said {
  readonly meaning: Meaning | null;
  /** Nothing but words that mean little stands between: "phone no. is". */
  readonly direct: boolean;
  /** A colon or an equals sign follows: it is the label or the field's name. */
  readonly label: boolean;
}

const WINDOW = 64;
const MAX_WORDS_BETWEEN = 5;
const NOTHING: Said = { meaning: null, direct: false, label: false };

/** Of the same sentence and line, unless the line before ends with a colon. Read backwards, whole words alone, with the humps of a name apart. */
export function saidBefore(text: string, start: number): Said {
  const from = Math.max(0, start - WINDOW);
  let between = 0;
  let behind = start;
  let next = '';
  for (let at = start; at > from && between <= MAX_WORDS_BETWEEN;) {
    while (at > from && !isLetter(text, at - 1)) at -= 1;
    const end = at;
    while (at > 0 && isLetter(text, at - 1) && !(at < end && isHump(text, at))) at -= 1;
    if (at === end) break;
    const word = fold(text.slice(at, end));
    if (endsThought(text, end, behind, word)) break;
    const meaning = meaningOf(word, next);
    if (meaning !== null)
      return { meaning, direct: between === 0, label: between === 0 && /[:=]/.test(text.slice(end, start)) };
    if (word.length > 1 && !NEUTRAL.has(word)) between += 1;
    next = word;
    behind = at;
  }
  return NOTHING;
}

function isLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 0x80 ? (code | 0x20) > 0x60 && (code | 0x20) < 0x7b : LETTER.test(text.charAt(at));
}
const LETTER = /\p{L}/u;

/** Between a small letter and a capital one. */
function isHump(text: string, at: number): boolean {
  const left = text.charCodeAt(at - 1);
  const right = text.charCodeAt(at);
  return left > 0x60 && left < 0x7b && right > 0x40 && right < 0x5b;
}

/** What stands behind a word ends its sentence, or its line. A dot behind a short word is the one of an abbreviation. */
function endsThought(text: string, end: number, behind: number, word: string): boolean {
  if (behind - end < 2 && text.charAt(end) !== '\n') return false;
  const gap = text.slice(end, behind);
  return (
    (/[.!?;\n]/.test(gap) && /[!?;]\s|^\s*\n|[^:\s]\s*\n|\n\s*\n/.test(gap)) ||
    (word.length > 4 && /\.\s/.test(gap))
  );
}

const AFTER_WINDOW = 24;
const NEXT_WORD = /^["')\]]{0,2}[\s,:/(-]{0,3}([a-z]+|[\p{L}%€$£¥₹]+)/iu;

/** The word right behind a stretch, folded; '' for none. */
export const wordAfter = (text: string, end: number): string =>
  fold(NEXT_WORD.exec(text.slice(end, end + AFTER_WINDOW))?.[1] ?? '');

/** What stands right beside a number speaks of a sum, a measure, a row of figures or a program. */
export function besideNumber(text: string, start: number, end: number): number {
  const left = text.slice(Math.max(0, start - 8), start);
  const right = text.slice(end, end + 8);
  const isFraction = /\d\.$/.test(left) || /^(?:[.,]\d{1,3}(?!\d)|e[-+]?\d|%)/i.test(right);
  const isThousands = /\d,$/.test(left) && /^\d{3}(?!\d)/.test(text.slice(start, start + 4));
  const isMoney = /[$€£¥₹§]\s?$/.test(left) || /^\s?[$€£¥₹]/.test(right);
  const isSum = /[\d)\]]\s?[*×÷^=]\s?$|\d\/$/.test(left) || /^\s?[*×÷^=]/.test(right);
  if (isFraction || isThousands || isMoney || isSum) return NEVER;
  let points = 0;
  if (/[\d)]\s[-+−]\s$|#\s?$/.test(left) || /^\s?[-+−]\s?\d/.test(right)) points -= 2;
  if (/[\p{L}_]\($|\[\s?$/u.test(left) || /^\s?\]/.test(right)) points -= 1.5;
  if (/\d(?:[ \t|]{1,2}|[,;])$/.test(left) || /^(?:[ \t|]{1,2}|[,;])[+(]?\d/.test(right))
    points -= /[-.()]/.test(text.slice(start, end)) ? 0.5 : 1;
  return points;
}
