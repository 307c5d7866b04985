import type { CountsBuilder } from './counts.ts';

/** Scripts that are told apart; a script is as near as letters alone come to a language. */
const SCRIPTS = [
  ['Latin', /\p{Script=Latin}/gu],
  ['Cyrillic', /\p{Script=Cyrillic}/gu],
  ['Greek', /\p{Script=Greek}/gu],
  ['Arabic', /\p{Script=Arabic}/gu],
  ['Hebrew', /\p{Script=Hebrew}/gu],
  ['Devanagari', /\p{Script=Devanagari}/gu],
  ['Thai', /\p{Script=Thai}/gu],
  ['Hangul', /\p{Script=Hangul}/gu],
  ['Japanese kana', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['Han', /\p{Script=Han}/gu],
] as const;
const LETTERS = /\p{L}/gu;
const BEYOND_ASCII = /[^\0-\x7f]/;

/** Adds a text's letters to their scripts. */
export function addScripts(text: string, counts: CountsBuilder): void {
  if (!BEYOND_ASCII.test(text)) {
    counts.add('Latin', matches(text, /[a-z]/gi));
    return;
  }
  const letters = text.match(LETTERS)?.join('') ?? '';
  let rest = Array.from(letters).length;
  for (const [name, pattern] of SCRIPTS) {
    const found = rest === 0 ? 0 : matches(letters, pattern);
    counts.add(name, found);
    rest -= found;
  }
  counts.add('other', rest);
}

const matches = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
