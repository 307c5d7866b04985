import { fromMap, normalise } from './normalise.ts';
import { isCard, isIban, isIpV4, isSsn } from './checks.ts';

export type PiiType = 'EMAIL' | 'PHONE' | 'CARD' | 'IBAN' | 'SSN' | 'IP' | 'URL_CREDENTIALS' | 'SECRET';

/** A stretch of the text as it was given; `end` is exclusive, both in UTF-16 code units. */
export interface Finding {
  readonly type: PiiType;
  readonly start: number;
  readonly end: number;
}

interface Rule {
  readonly type: PiiType;
  /** Global; every quantifier is bounded, so that no text makes it slow. */
  readonly pattern: RegExp;
  /** Cheap test that must hold for the pattern to be tried at all. */
  readonly hint: RegExp;
  readonly accept?: (match: string, text: string, start: number) => boolean;
}

/** Earlier rules win where findings overlap: what is more certain comes first. */
const RULES: readonly Rule[] = [
  {
    type: 'SECRET',
    hint: /-----BEGIN/,
    pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{1,8000}?-----END [A-Z ]{0,30}PRIVATE KEY-----/g,
  },
  {
    type: 'SECRET',
    hint: /eyJ/,
    pattern: /\beyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,2000}/g,
  },
  { type: 'SECRET', hint: /A[KS]IA/, pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g },
  {
    type: 'SECRET',
    hint: /gh[pousr]_|github_pat_/,
    pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})\b/g,
  },
  { type: 'SECRET', hint: /xox/, pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/g },
  {
    type: 'SECRET',
    hint: /[sr]k[-_]/,
    pattern: /\b(?:sk|rk)[-_](?:live_|test_|proj-|ant-|svcacct-)?[A-Za-z0-9_-]{16,200}\b/g,
    accept: (match) => /\d/.test(match),
  },
  { type: 'SECRET', hint: /whsec_/, pattern: /\bwhsec_[A-Za-z0-9+/=]{20,200}/g },
  { type: 'SECRET', hint: /AIza/, pattern: /\bAIza[0-9A-Za-z_-]{35}\b/g },
  {
    type: 'SECRET',
    hint: /api[-_ ]?key|secret|token|passw/i,
    pattern:
      /\b(?:api[-_ ]?key|secret|token|password|passwd|passwort)\b["']?\s{0,3}[:=]\s{0,3}["']?([^\s"',;]{8,200})/gi,
    accept: (match) => /\d/.test(match) && /[A-Za-z]/.test(match),
  },
  {
    type: 'URL_CREDENTIALS',
    hint: /:\/\//,
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/@:]{1,100}:[^\s/@]{1,200}@[^\s]{1,500}/gi,
  },
  {
    type: 'EMAIL',
    hint: /@/,
    pattern:
      /[A-Za-z0-9_](?:[A-Za-z0-9._%+'-]{0,62}[A-Za-z0-9_+])?@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24}(?![A-Za-z0-9-])/g,
  },
  {
    type: 'IBAN',
    hint: /[A-Z]{2}\d{2}/i,
    pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}(?: ?[A-Z0-9]{1,3})?\b/gi,
    accept: isIban,
  },
  { type: 'CARD', hint: /\d{4}/, pattern: /(?<![\d.])\d(?:[ -]?\d){11,18}(?![\d]|\.\d)/g, accept: isCard },
  {
    type: 'SSN',
    hint: /\d{3}-\d{2}|\d{3} \d{2}|ssn|social/i,
    pattern: /(?<![\d-])\d{3}[- ]\d{2}[- ]\d{4}(?![\d-])/g,
    accept: isSsn,
  },
  { type: 'IP', hint: /\d\.\d/, pattern: /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d]|\.\d)/g, accept: isIpV4 },
  {
    type: 'IP',
    hint: /:[0-9a-f]{0,4}:/i,
    pattern:
      /(?<![\w:.])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,6}(?![\w:])|(?<![\w:.])(?:[0-9a-f]{1,4}:){1,6}:(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5})?(?![\w:])/gi,
    accept: (match) =>
      match.split(':').length >= 4 && /[0-9]/.test(match) && !/^\d{1,2}:\d{2}(?::\d{2})?$/.test(match),
  },
  {
    type: 'PHONE',
    hint: /\d[\d ().+-]{5}/,
    pattern:
      /(?<![\w.+/-])(?:\+|00)?(?:\(\d{1,4}\)|\d{1,4})(?:[ .-]?(?:\(\d{1,4}\)|\d{2,5})){1,5}(?:\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,6})?(?![\w/]|[.-]\d)/gi,
    accept: isPhone,
  },
];

/** What a phone number looks like, and what only looks like one: dates, amounts, versions, plain counts. */
function isPhone(match: string, text: string, start: number): boolean {
  const number = match.replace(/(?:x|ext\.?)\s*\d+$/i, '');
  const digits = number.replace(/\D/g, '');
  if (digits.length < 7 || digits.length > 15) return false;
  if (/^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$|^\d{4}[./-]\d{1,2}[./-]\d{1,2}/.test(number)) return false;
  if (/^\d+\.\d+$/.test(number)) return false;
  if (number.startsWith('+') || number.startsWith('00') || number.includes('(')) return true;
  const before = text.slice(Math.max(0, start - 30), start).toLowerCase();
  const named =
    /(?:phone|tel|call|mobile|cell|fax|contact|dial|reach|whatsapp|sms|text)\W{0,12}(?:\w{1,6}\W{1,3}){0,3}$/.test(
      before,
    );
  if (
    /(?:order|invoice|ref|reference|ticket|case|id|no|account|acct|nr|#|\$|€|£)[\W_]{0,4}$/.test(before) &&
    !named
  )
    return false;
  const groups = number.split(/[ .-]/).filter((each) => each !== '');
  // Ungrouped digits say too little by themselves; groups as people write phone numbers say enough.
  return groups.length >= 3
    ? digits.length >= 9 || named
    : named || (groups.length === 2 && digits.length >= 10) || (/^\d{3}[-.]\d{4}$/.test(number) && named);
}

/** Structured personal data and secrets in a text, in order, without overlaps. Time is linear in the text. */
export function detect(text: string): Finding[] {
  if (text.length < 6 || !/[\d@]|-----BEGIN|eyJ|[a-z]_|[\u0080-\uffff]|:\/\//.test(text)) return [];
  const plain = normalise(text);
  const found: Finding[] = [];
  const taken = new Uint8Array(plain.text.length);
  for (const { type, pattern, hint, accept } of RULES) {
    if (!hint.test(plain.text)) continue;
    pattern.lastIndex = 0;
    for (const match of plain.text.matchAll(pattern)) {
      const start = match.index;
      const end = start + match[0].length;
      if (
        taken[start] === 1 ||
        taken[end - 1] === 1 ||
        (accept !== undefined && !accept(match[0], plain.text, start))
      )
        continue;
      taken.fill(1, start, end);
      found.push({ type, start: fromMap(plain, start), end: fromMap(plain, end - 1) + 1 });
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
