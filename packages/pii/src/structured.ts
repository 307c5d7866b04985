import { ibanLength, isCard, isIban, isIpV4, isIpV6, isSsn } from './checks.ts';
import { isPhone } from './phone.ts';
import { matches, type Rule, type Span } from './types.ts';

export const URL_CREDENTIALS: Rule = {
  type: 'URL_CREDENTIALS',
  hint: /:\/\/[^\s/]{1,300}@/,
  find: matches(
    /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/(?:[^\s/@:]{0,100}:[^\s/@]{1,200}|[^\s/@:]{16,200})@[^\s"'<>]{1,500}/gi,
  ),
};

const SSN_SAID = /\b(?:ssn|social security|social sec)\b/i;
const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}';

export const BIRTH_DATE = new RegExp(
  `\\b(?:born(?: on)?|date of birth|birth ?(?:date|day)|d\\.?o\\.?b\\.?|geboren am|geburtsdatum|née? le|date de naissance|nacid[oa] el|fecha de nacimiento|nat[oa] il)(?: is| was|,)?\\W{0,4}(\\d{1,2}[./-]\\d{1,2}[./-](?:\\d{4}|\\d{2})|\\d{4}[./-]\\d{1,2}[./-]\\d{1,2}|\\d{1,2}(?:st|nd|rd|th|\\.)? (?:of )?${MONTH},? \\d{4}|${MONTH} \\d{1,2}(?:st|nd|rd|th)?,? \\d{4})(?!\\d)`,
  'gi',
);

/** Earlier rules win where findings overlap: what is more certain comes first. */
export const STRUCTURED_RULES: readonly Rule[] = [
  {
    type: 'EMAIL',
    hint: /@/,
    find: emails,
  },
  // jo [at] example [dot] org, jo at example dot org, jo @ example . org
  {
    type: 'EMAIL',
    hint: /[[({ ](?:at|@)[\])} ]/i,
    find: matches(
      /(?<![\w.-])[\w.+-]{1,40} ?(?:[[({] ?(?:at|@) ?[\])}] ?[\w-]{1,40}(?: ?(?:[[({] ?(?:dot|\.) ?[\])}]|\bdot\b|\.) ?[\w-]{2,20}){1,3}|(?<= )(?:at|@) [\w-]{1,40}(?: (?:dot|\.) [a-z]{2,12}){0,2} (?:dot|\.) (?:com|org|net|edu|gov|info|biz|io|ai|app|dev|co|uk|us|ca|au|nz|ie|de|at|ch|fr|be|nl|es|pt|it|pl|cz|se|no|dk|fi|eu|in|jp|cn|br|mx|ru))\b/gi,
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
      // Without the usual hyphens nine digits are one only where the text says so.
      return match.includes('-') || SSN_SAID.test(text.slice(Math.max(0, start - 40), start));
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
    type: 'DATE_OF_BIRTH',
    hint: /born|birth|\bd\.?o\.?b|geb|n[ée]e? le|nacid|nat[oa] il/i,
    find: birthDates,
  },
  {
    type: 'PHONE',
    hint: /\d[\d ().+-]{4}/,
    find: matches(
      /(?<![\w+/-]|\d\.)\+?(?:\(\d{1,4}\)|\d{1,15}(?!\d))(?:[ .-]?\(\d{1,4}\)|(?:[ .-]|(?<=\)))\d{2,15}(?!\d)){0,6}(?:\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,6})?(?![\w/]|[.-]\d)/gi,
      (match, text, start) => isPhone(text, start, start + match.length),
    ),
  },
  { type: 'PHONE', hint: /\d[ .,-]\d[ .,-]\d[ .,-]\d/, find: spacedDigits },
];

/** Those that carry no credentials: an address of the web says little about a person by itself. */
export const URLS: Rule = {
  type: 'URL',
  hint: /:\/\/|www\./i,
  find: matches(/\b(?:https?:\/\/|ftp:\/\/|www\.)[\p{L}\p{N}][^\s"'<>()]{2,500}(?<![.,;:!?])/giu),
};

/** Looked for from the at sign, backwards and forwards, because nearly every letter could start one. */
function* emails(text: string): Generator<Span> {
  const address =
    /@(?<=([\p{L}\p{N}._%+'-]{1,64})@)(?:[\p{L}\p{N}][\p{L}\p{N}-]{0,62}\.){1,6}\p{L}{2,24}(?![\p{L}\p{N}-])/gu;
  for (const match of text.matchAll(address)) {
    const local = match[1] ?? '';
    const name = local.replace(/^[.%+'-]+/, '');
    if (name !== '' && !/[.%'-]$/.test(name))
      yield [match.index - name.length, match.index + match[0].length];
  }
}

/** The date alone, where the text says that somebody was born on it. */
function* birthDates(text: string): Generator<Span> {
  for (const match of text.matchAll(BIRTH_DATE)) {
    const end = match.index + match[0].length;
    yield [end - (match[1] ?? '').length, end];
  }
}

/** One digit at a time: a phone number where the text says so; a card is found as one. */
function* spacedDigits(text: string): Generator<Span> {
  for (const match of text.matchAll(/(?<![\d.,-])\d(?:[ .,-]{1,2}\d){6,14}(?![\d]|[.,-]\d)/g))
    if (isPhone(text, match.index, match.index + match[0].length, true))
      yield [match.index, match.index + match[0].length];
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
