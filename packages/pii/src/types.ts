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
  /** Whether the evidence leaves no doubt: reason enough to stop something, not only to replace it. */
  readonly certain: boolean;
}

export type Span = readonly [start: number, end: number];
/** A stretch that may be personal data, and how much speaks for it (`evidence.ts`). */
export type Candidate = readonly [start: number, end: number, points: number];

export interface Rule {
  readonly type: PiiType;
  /** Cheap test that must hold for the rule to be tried at all. */
  readonly hint: RegExp;
  readonly find: (text: string) => Iterable<Candidate>;
}
