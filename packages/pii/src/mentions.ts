import { createTaken, PLACEHOLDER } from './detect.ts';
import { nameBits, nameWords, NOT_NAMES, PARTICLES, PLACE, WORD } from './names.ts';
import type { Finding, PiiType } from './types.ts';

/** What has figures that mean the same wherever they stand. */
const NUMBERED: ReadonlySet<PiiType> = new Set(['PHONE', 'CARD', 'IBAN', 'SSN', 'DATE_OF_BIRTH', 'SECRET']);
/** Of one dialogue; each is looked for in all its texts. */
const MOST_NUMBERS = 64;

/**
 * The findings, and every other place of a dialogue where the same person, number or secret is: nobody is hidden in one
 * sentence and named in the next, and a number that one text calls a telephone is one where a tool is called with it.
 */
export function mentions(
  texts: readonly string[],
  found: readonly (readonly Finding[])[],
): (readonly Finding[])[] {
  const persons = new Set<string>();
  const numbers = new Map<string, PiiType>();
  texts.forEach((text, index) => {
    for (const { type, start, end } of found[index] ?? []) {
      const value = text.slice(start, end);
      if (type === 'PERSON') {
        for (const { word } of nameWords(value)) if (identifies(word)) persons.add(word.toLowerCase());
      } else if (NUMBERED.has(type) && numbers.size < MOST_NUMBERS && value.length > 5 && /\d{2}/.test(value))
        numbers.set(value, type);
    }
  });
  if (persons.size === 0 && numbers.size === 0) return [...found];
  return texts.map((text, index) => {
    const known = found[index] ?? [];
    const taken = createTaken(text.length);
    for (const { start, end } of known) taken.take(start, end);
    for (const match of text.matchAll(PLACEHOLDER)) taken.take(match.index, match.index + match[0].length);
    const more: Finding[] = [];
    const add = (type: PiiType, start: number, end: number): void => {
      if (taken.take(start, end)) more.push({ type, start, end, certain: false });
    };
    if (persons.size > 0)
      for (const { start, word } of nameWords(text))
        if (persons.has(word.toLowerCase())) add('PERSON', start, start + word.length);
    for (const [value, type] of numbers)
      for (const start of placesOf(text, value)) add(type, start, start + value.length);
    return more.length === 0 ? known : [...known, ...more].sort((a, b) => a.start - b.start);
  });
}
/** Where a value stands by itself. */
function* placesOf(text: string, value: string): Generator<number> {
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + value.length))
    if (
      !/[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, at - 1), at)) &&
      !/^[\p{L}\p{N}]/u.test(text.slice(at + value.length, at + value.length + 1))
    )
      yield at;
}

/** A word that means little else. */
function identifies(part: string): boolean {
  const lower = part.toLowerCase();
  return (
    part.length > 2 &&
    !NOT_NAMES.has(lower) &&
    !PARTICLES.has(lower) &&
    (nameBits(lower) & (WORD | PLACE)) === 0
  );
}
