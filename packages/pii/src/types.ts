/** What `detect` looks for unless told otherwise: structured, so that a finding is hardly ever wrong. */
export const STRUCTURED = [
  'EMAIL',
  'PHONE',
  'CARD',
  'IBAN',
  'SSN',
  'IP',
  'DATE_OF_BIRTH',
  'URL_CREDENTIALS',
  'SECRET',
] as const;
/** Whether these matter is a question of policy: a name, a link, an order to the model. */
export const ALL_TYPES = [...STRUCTURED, 'PERSON', 'URL', 'INJECTION'] as const;
export type PiiType = (typeof ALL_TYPES)[number];

/** A stretch of the text as it was given; `end` is exclusive, both in UTF-16 code units. */
export interface Finding {
  readonly type: PiiType;
  readonly start: number;
  readonly end: number;
  /** It could be something else: reason to replace it, none to refuse what it stands in. */
  readonly weak?: boolean;
}

export type Span = readonly [start: number, end: number, weak?: boolean];

export interface Rule {
  readonly type: PiiType;
  /** What a text must have at least for the rule to be tried: digits, or a word as long as keys are. */
  readonly needs?: 'digits' | 'long word';
  /** Cheap test that must hold for the rule to be tried at all. */
  readonly hint: RegExp;
  readonly find: (text: string) => Iterable<Span>;
}

export type Accept = (match: string, text: string, start: number) => boolean;

/** All matches that are accepted. Every quantifier of a pattern is bounded or cannot be entered twice, so that no text makes it slow. */
export function matches(
  pattern: RegExp,
  accept: Accept = () => true,
  isWeak: Accept = () => false,
): Rule['find'] {
  return function* (text) {
    for (const match of text.matchAll(pattern))
      if (accept(match[0], text, match.index))
        yield [match.index, match.index + match[0].length, isWeak(match[0], text, match.index)];
  };
}
