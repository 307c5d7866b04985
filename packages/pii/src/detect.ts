import { IBANS, SSNS } from './accounts.ts';
import { ADDRESS_RULES, IP_RULES, URL_CREDENTIALS, URLS } from './addresses.ts';
import { ASSIGNED_SECRETS } from './assigned.ts';
import { BIRTH_DATES } from './birth.ts';
import { CARDS } from './cards.ts';
import { base64Texts } from './encoded.ts';
import { FOUND, CERTAIN } from './evidence.ts';
import { hiddenText, INJECTION_RULES } from './injection.ts';
import { normalise, original } from './normalise.ts';
import { persons } from './persons.ts';
import { PHONES, SPACED_PHONES } from './phone.ts';
import { VENDOR_HINT, VENDOR_SECRETS } from './secrets.ts';
import { STRUCTURED, type Finding, type PiiType, type Rule, type Span } from './types.ts';

/** What stands for something that was replaced; nothing is found in it. */
export const PLACEHOLDER = /\[[A-Z][A-Z_]{1,30}_\d{1,9}\]/g;

/** Earlier rules win where findings overlap: what is more certain comes first. */
const RULES: readonly Rule[] = [
  ...VENDOR_SECRETS,
  URL_CREDENTIALS,
  ...ASSIGNED_SECRETS,
  ...ADDRESS_RULES,
  IBANS,
  CARDS,
  SSNS,
  ...IP_RULES,
  BIRTH_DATES,
  PHONES,
  SPACED_PHONES,
  ...URLS,
  ...INJECTION_RULES,
  { type: 'PERSON', hint: /\p{L}{2}/u, find: persons },
];
/** By the very list: whoever looks for the same in many texts keeps it. */
const rulesOf = new WeakMap<readonly PiiType[], readonly Rule[]>();
/** Without a word as long as this there is no key of any vendor. */
const LONG_WORD = 16;
const SOMETHING = /[\d@:=]|-----BEGIN|eyJ|[a-z]_|[^\0-\x7f]| at |[[({]at/i;
/** Encoded twice is looked into; what is encoded oftener is nobody's slip. */
const MAX_DEPTH = 2;

/**
 * Personal data, secrets and whatever else is asked for in a text, in order, without overlaps, never inside a placeholder.
 * What is found inside base64 is reported as the whole stretch. Time is linear in the text.
 */
export function detect(text: string, types: readonly PiiType[] = STRUCTURED): Finding[] {
  return detectIn(text, types, MAX_DEPTH);
}

function detectIn(text: string, types: readonly PiiType[], depth: number): Finding[] {
  if (text.length < 3 || (types === STRUCTURED && !SOMETHING.test(text))) return [];
  const plain = normalise(text);
  const found: Finding[] = [];
  const taken = createTaken(plain.text.length);
  if (plain.text.includes('['))
    for (const match of plain.text.matchAll(PLACEHOLDER))
      taken.take(match.index, match.index + match[0].length);
  const add = (type: PiiType, start: number, end: number, certain: boolean): void => {
    if (!taken.take(start, end)) return;
    const [from, to] = original(plain, start, end);
    found.push({ type, start: from, end: to, certain });
  };
  const long = hasLongWord(plain.text) || plain.text.includes('-----BEGIN');
  const vendor = long && VENDOR_HINT.test(plain.text);
  for (const { type, hint, find } of rulesFor(types)) {
    if ((!vendor && VENDOR_HINTS.has(hint)) || !hint.test(plain.text)) continue;
    for (const [start, end, points] of find(plain.text))
      if (points >= FOUND) add(type, start, end, points >= CERTAIN);
  }
  if (long && depth > 0)
    for (const [{ type, certain }, [start, end]] of encoded(plain.text, types, depth))
      add(type, start, end, certain);
  if (types.includes('INJECTION'))
    for (const [start, end] of hiddenText(text))
      if (!found.some((each) => each.start < end && start < each.end))
        found.push({ type: 'INJECTION', start, end, certain: true });
  return found.sort((a, b) => a.start - b.start);
}

/** What is found first in each stretch of base64, and that stretch. */
function* encoded(
  text: string,
  types: readonly PiiType[],
  depth: number,
): Generator<readonly [Finding, Span]> {
  for (const { span, decoded } of base64Texts(text)) {
    const inside = detectIn(decoded, types, depth - 1)[0];
    if (inside !== undefined) yield [inside, span];
  }
}

/** Which code units belong to a finding already: a stretch is taken whole or, where some of it is, not at all. */
export function createTaken(length: number): { take: (start: number, end: number) => boolean } {
  let units: Uint8Array | undefined;
  return {
    take(start, end) {
      units ??= new Uint8Array(length);
      for (let at = start; at < end; at += 1) if (units[at] === 1) return false;
      units.fill(1, start, end);
      return true;
    },
  };
}

/** Of letters, digits and what else keys are written with; a loop, because a pattern would start anew at every letter. */
function hasLongWord(text: string): boolean {
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    length = code > 0x2a && code < 0x7f && IN_WORD[code] === 1 ? length + 1 : 0;
    if (length === LONG_WORD) return true;
  }
  return false;
}
const IN_WORD = Uint8Array.from({ length: 0x7f }, (_each, code) =>
  /[\w+/=.~:@-]/.test(String.fromCharCode(code)) ? 1 : 0,
);

const VENDOR_HINTS: ReadonlySet<RegExp> = new Set(VENDOR_SECRETS.map(({ hint }) => hint));

function rulesFor(types: readonly PiiType[]): readonly Rule[] {
  let rules = rulesOf.get(types);
  if (rules === undefined) {
    const wanted = new Set(types);
    rules = RULES.filter(({ type }) => wanted.has(type));
    rulesOf.set(types, rules);
  }
  return rules;
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
