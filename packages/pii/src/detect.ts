import { ibanLength, isCard, isIban, isIpV4, isIpV6, isSsn } from './checks.ts';
import { normalise, original } from './normalise.ts';
import { isPhone } from './phone.ts';

export type PiiType = 'EMAIL' | 'PHONE' | 'CARD' | 'IBAN' | 'SSN' | 'IP' | 'URL_CREDENTIALS' | 'SECRET';

/** A stretch of the text as it was given; `end` is exclusive, both in UTF-16 code units. */
export interface Finding {
  readonly type: PiiType;
  readonly start: number;
  readonly end: number;
}

type Span = readonly [start: number, end: number];

interface Rule {
  readonly type: PiiType;
  /** Cheap test that must hold for the rule to be tried at all. */
  readonly hint: RegExp;
  readonly find: (text: string) => Iterable<Span>;
}

/** All matches that are accepted. Every quantifier of a pattern is bounded, so that no text makes it slow. */
function matches(
  pattern: RegExp,
  accept: (match: string, text: string, start: number) => boolean = () => true,
): Rule['find'] {
  return function* (text) {
    for (const match of text.matchAll(pattern))
      if (accept(match[0], text, match.index)) yield [match.index, match.index + match[0].length];
  };
}

const secret = (hint: RegExp, pattern: RegExp, accept?: (match: string) => boolean): Rule => ({
  type: 'SECRET',
  hint,
  find: matches(pattern, accept),
});

/** Earlier rules win where findings overlap: what is more certain comes first. */
const RULES: readonly Rule[] = [
  { type: 'SECRET', hint: /-----BEGIN/, find: privateKeys },
  secret(/eyJ/, /\beyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,2000}/g),
  secret(/A[KS]IA/, /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g),
  secret(/gh[pousr]_|github_pat_/, /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})\b/g),
  secret(/xox/, /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/g),
  secret(
    /[sr]k[-_]/,
    /\b(?:sk|rk)[-_](?:live_|test_|proj-|ant-|svcacct-)?[A-Za-z0-9_-]{16,200}\b/g,
    (match) => /\d/.test(match),
  ),
  secret(/whsec_/, /\bwhsec_[A-Za-z0-9+/=]{20,200}/g),
  secret(/AIza/, /\bAIza[0-9A-Za-z_-]{35}\b/g),
  {
    type: 'URL_CREDENTIALS',
    hint: /:\/\//,
    find: matches(
      /\b[a-z][a-z0-9+.-]{1,20}:\/\/(?:[^\s/@:]{0,100}:[^\s/@]{1,200}|[^\s/@:]{16,200})@[^\s"'<>]{1,500}/gi,
    ),
  },
  { type: 'SECRET', hint: /key|secret|token|passw|credential/i, find: assignedSecrets },
  {
    type: 'EMAIL',
    hint: /@/,
    find: matches(
      /[\p{L}\p{N}_](?:[\p{L}\p{N}._%+'-]{0,62}[\p{L}\p{N}_+])?@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,6}\p{L}{2,24}(?![\p{L}\p{N}-])/gu,
    ),
  },
  { type: 'IBAN', hint: /[A-Z]{2}\d{2}/i, find: ibans },
  { type: 'CARD', hint: /\d[ .-]{0,3}\d[ .-]{0,3}\d[ .-]{0,3}\d/, find: cards },
  {
    type: 'SSN',
    hint: /\d{3}[- .]\d{2}[- .]\d|ssn|social/i,
    find: matches(/(?<![\w-])\d{3}([- .]?)\d{2}\1\d{4}(?![\w]|-\d)/g, (match, text, start) => {
      const digits = match.replace(/\D/g, '');
      if (!isSsn(digits)) return false;
      // Nine digits in a row are one only where the text says so.
      return (
        match !== digits || /\b(?:ssn|social security)\b/i.test(text.slice(Math.max(0, start - 40), start))
      );
    }),
  },
  {
    type: 'IP',
    hint: /\d\.\d/,
    find: matches(
      /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)/g,
      (match, text, start) =>
        isIpV4(match) &&
        !/\b(?:version|release|build|firmware)\W{1,3}$/i.test(text.slice(Math.max(0, start - 12), start)),
    ),
  },
  {
    type: 'IP',
    hint: /:[0-9a-f]{0,4}:/i,
    find: matches(/(?<![\w:.])[0-9a-f:]{4,39}(?<!:)(?![\w:])/gi, isIpV6),
  },
  {
    type: 'PHONE',
    hint: /\d[\d ().+-]{4}/,
    find: matches(
      /(?<![\w+/-]|\d\.)(?:\+|00)?(?:\(\d{1,4}\)|\d{1,4})(?:[ .-]?(?:\(\d{1,4}\)|\d{2,5})){1,5}(?:\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,6})?(?![\w/]|[.-]\d)/gi,
      (match, text, start) => isPhone(text, start, start + match.length),
    ),
  },
];

const KEY_BYTES = 8000;

/** With its end, or, where that was cut off, as far as it looks like one. */
function* privateKeys(text: string): Generator<Span> {
  const header = /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/g;
  for (let match = header.exec(text); match !== null; match = header.exec(text)) {
    const body = match.index + match[0].length;
    const rest = text.slice(body, body + KEY_BYTES);
    const whole = /-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----/.exec(rest);
    const length =
      whole === null ? (/^[A-Za-z0-9+/=\s\\:-]*/.exec(rest)?.[0].length ?? 0) : whole.index + whole[0].length;
    header.lastIndex = body + length;
    yield [match.index, body + length];
  }
}

/** The value alone: what it was assigned to is no secret. */
function* assignedSecrets(text: string): Generator<Span> {
  const assignment =
    /(?:(?:api|access|private|secret|account)[-_ ]?key|secret|token|passw(?:or)?d|passwort|passphrase|credential)[\w-]{0,30}["']?\s{0,3}(?::=|=>|[:=])\s{0,3}["']?([^\s"',;[\]<>{}&]{8,200})/gi;
  for (const match of text.matchAll(assignment)) {
    const value = match[1] ?? '';
    const end = match.index + match[0].length;
    if (/\d/.test(value) && /[A-Za-z]/.test(value)) yield [end - value.length, end];
  }
}

/** By the length of the country's account numbers: what stands behind an IBAN does not hide it. */
function* ibans(text: string): Generator<Span> {
  for (const match of text.matchAll(/(?<![A-Za-z0-9])([A-Z]{2})\d{2}(?=[ -]?[A-Z0-9])/gi)) {
    const length = ibanLength(match[1] ?? '');
    if (length === undefined) continue;
    let plain = '';
    let at = match.index;
    for (; plain.length < length && at < text.length; at += 1) {
      const char = text.charAt(at);
      if (/[A-Za-z0-9]/.test(char)) plain += char;
      else if (!/[ -]/.test(char) || /[ -]/.test(text.charAt(at - 1))) break;
    }
    if (plain.length === length && !/^[A-Za-z0-9]/.test(text.slice(at, at + 1)) && isIban(plain))
      yield [match.index, at];
  }
}

const CARD_GROUPS = /^(?:4 4 4 4(?: 3)?|4 6 [45]|4 4 5|\d+)$/;

/** In a row of digit groups: the whole row, or those neighbouring groups that a card is printed in, so that an expiry date behind does not hide it. */
function* cards(text: string): Generator<Span> {
  for (const row of text.matchAll(/\d(?:[ .-]{0,3}\d){11,63}/g)) {
    const groups = [...row[0].matchAll(/\d+/g)].map((group) => ({
      digits: group[0],
      start: row.index + group.index,
    }));
    const whole = row[0].replace(/\D/g, '');
    if (isCard(whole)) {
      yield [row.index, row.index + row[0].length];
      continue;
    }
    for (let first = 0; first < groups.length; first += 1) {
      const last = lastOfCard(groups, first);
      if (last === undefined) continue;
      const end = groups[last];
      const begin = groups[first];
      if (begin === undefined || end === undefined) continue;
      yield [begin.start, end.start + end.digits.length];
      first = last;
    }
  }
}

function lastOfCard(groups: readonly { readonly digits: string }[], first: number): number | undefined {
  let digits = '';
  let sizes = '';
  let found: number | undefined;
  for (let at = first; at < Math.min(groups.length, first + 5); at += 1) {
    const group = groups[at]?.digits ?? '';
    digits += group;
    sizes += `${sizes === '' ? '' : ' '}${group.length}`;
    if (digits.length > 19) break;
    if (CARD_GROUPS.test(sizes) && isCard(digits)) found = at;
  }
  return found;
}

/** Structured personal data and secrets in a text, in order, without overlaps. Time is linear in the text. */
export function detect(text: string): Finding[] {
  if (text.length < 6 || !/[\d@:=]|-----BEGIN|eyJ|[a-z]_|[^\0-\x7f]/.test(text)) return [];
  const plain = normalise(text);
  const found: Finding[] = [];
  const taken = new Uint8Array(plain.text.length);
  for (const { type, hint, find } of RULES) {
    if (!hint.test(plain.text)) continue;
    for (const [start, end] of find(plain.text)) {
      if (taken[start] === 1 || taken[end - 1] === 1) continue;
      taken.fill(1, start, end);
      const [from, to] = original(plain, start, end);
      found.push({ type, start: from, end: to });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** The text with each finding replaced. */
export function redact(
  text: string,
  findings: readonly Finding[],
  placeholder: (finding: Finding, value: string) => string,
): string {
  let clean = '';
  let at = 0;
  for (const finding of findings) {
    clean += text.slice(at, finding.start) + placeholder(finding, text.slice(finding.start, finding.end));
    at = finding.end;
  }
  return clean + text.slice(at);
}
