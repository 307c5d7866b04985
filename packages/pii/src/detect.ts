import { ASSIGNED_SECRETS } from './assigned.ts';
import { base64Texts } from './encoded.ts';
import { hiddenText, INJECTION_RULES } from './injection.ts';
import { normalise, original } from './normalise.ts';
import { persons } from './persons.ts';
import { URL_CREDENTIALS, URLS } from './net.ts';
import { VENDOR_SECRETS } from './secrets.ts';
import { STRUCTURED_RULES } from './structured.ts';
import { STRUCTURED, type Finding, type PiiType, type Rule } from './types.ts';

/** What stands for something that was replaced; nothing is found in it. */
export const PLACEHOLDER = /\[[A-Z][A-Z_]{1,30}_\d{1,9}\]/g;

/** Earlier rules win where findings overlap: what is more certain comes first. */
const RULES: readonly Rule[] = [
  ...VENDOR_SECRETS,
  URL_CREDENTIALS,
  ASSIGNED_SECRETS,
  ...STRUCTURED_RULES,
  URLS,
  ...INJECTION_RULES,
  { type: 'PERSON', hint: /\p{L}{2}/u, find: persons },
];
const rulesOf = new WeakMap<readonly PiiType[], readonly Rule[]>();
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
  const plain = normalise(text);
  const traits = traitsOf(plain.text);
  const found: Finding[] = [];
  const taken = createTaken(plain.text.length);
  if (plain.text.includes('['))
    for (const match of plain.text.matchAll(PLACEHOLDER))
      taken.take(match.index, match.index + match[0].length);
  const add = (type: PiiType, start: number, end: number, weak = false): void => {
    if (!taken.take(start, end)) return;
    const [from, to] = original(plain, start, end);
    found.push({ type, start: from, end: to, ...(weak ? { weak } : {}) });
  };
  for (const { type, needs, hint, find } of rulesFor(types)) {
    if (needs !== undefined && !traits.includes(needs)) continue;
    if (hint.test(plain.text)) for (const span of find(plain.text)) add(type, ...span);
  }
  if (depth > 0 && traits.includes('long word'))
    for (const { span, decoded } of base64Texts(plain.text)) {
      const inside = detectIn(decoded, types, depth - 1)[0];
      if (inside !== undefined) add(inside.type, span[0], span[1], inside.weak);
    }
  if (types.includes('INJECTION'))
    for (const [start, end] of hiddenText(text))
      if (!found.some((each) => each.start < end && start < each.end))
        found.push({ type: 'INJECTION', start, end });
  return found.sort((a, b) => a.start - b.start);
}

/** Which code units belong to a finding already. */
function createTaken(length: number): { take: (start: number, end: number) => boolean } {
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

type Traits = readonly NonNullable<Rule['needs']>[];
const TRAITS: readonly Traits[] = [[], ['digits'], ['long word'], ['digits', 'long word']];
/** Without a word as long as this there is no key of any vendor. */
const LONG_WORD = 16;

/** In one loop, because most rules have nothing to look for in most texts. */
function traitsOf(text: string): Traits {
  let digits = 0;
  let length = 0;
  let longest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const kind = code < 0x7f ? (KINDS[code] ?? 0) : 0;
    digits |= kind & DIGIT;
    length = kind === 0 ? 0 : length + 1;
    if (length > longest) longest = length;
  }
  const long = longest >= LONG_WORD || text.includes('-----BEGIN');
  return TRAITS[(digits === 0 ? 0 : 1) + (long ? 2 : 0)] ?? [];
}
const DIGIT = 1;
const OF_WORD = 2;
/** Letters, digits and what else keys are written with. */
const KINDS = Uint8Array.from({ length: 0x7f }, (_each, code) => {
  const char = String.fromCharCode(code);
  return /\d/.test(char) ? DIGIT | OF_WORD : /[\w+/=.~:@-]/.test(char) ? OF_WORD : 0;
});

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
