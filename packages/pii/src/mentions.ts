import { PLACEHOLDER } from './detect.ts';
import { nameBits, nameWords, NOT_NAMES, PARTICLES, PLACE, WORD } from './names.ts';
import type { Finding } from './types.ts';

/** The findings, and every other place where a person is named whose full name was found: nobody is hidden in one sentence and named in the next. */
export function mentions(
  texts: readonly string[],
  found: readonly (readonly Finding[])[],
): (readonly Finding[])[] {
  const parts = new Set<string>();
  texts.forEach((text, index) => {
    for (const { type, start, end } of found[index] ?? []) {
      if (type !== 'PERSON') continue;
      for (const { word } of nameWords(text.slice(start, end)))
        if (identifies(word)) parts.add(word.toLowerCase());
    }
  });
  if (parts.size === 0) return [...found];
  return texts.map((text, index) => {
    const known = found[index] ?? [];
    const taken = [
      ...known,
      ...[...text.matchAll(PLACEHOLDER)].map((match) => ({
        start: match.index,
        end: match.index + match[0].length,
      })),
    ].sort((a, b) => a.start - b.start);
    const more: Finding[] = [];
    let at = 0;
    for (const { start, word: name } of nameWords(text)) {
      const end = start + name.length;
      while ((taken[at]?.end ?? Infinity) <= start) at += 1;
      if (parts.has(name.toLowerCase()) && (taken[at]?.start ?? Infinity) >= end)
        more.push({ type: 'PERSON', start, end, certain: false });
    }
    return more.length === 0 ? known : [...known, ...more].sort((a, b) => a.start - b.start);
  });
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
