import { CERTAIN } from './evidence.ts';
import type { Rule } from './types.ts';

/**
 * What `matchAll` gives, without the copy of the pattern that it makes for each text: that costs more than most texts.
 * The pattern must be global.
 */
export function* allMatches(pattern: RegExp, text: string): Generator<RegExpExecArray> {
  let from = 0;
  for (;;) {
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    if (match === null) return;
    from = Math.max(pattern.lastIndex, match.index + 1);
    yield match;
  }
}

/** All matches that are accepted, each as certain as its pattern. Every quantifier of a pattern is bounded or cannot be entered twice, so that no text makes it slow. */
export function matches(
  pattern: RegExp,
  accept: (match: string, text: string, start: number) => boolean = () => true,
  points = CERTAIN,
): Rule['find'] {
  return function* (text) {
    for (const match of allMatches(pattern, text))
      if (accept(match[0], text, match.index)) yield [match.index, match.index + match[0].length, points];
  };
}
