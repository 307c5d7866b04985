import { ibanLength, isIban, isSsn } from './checks.ts';
import { BIRTH_DATES } from './birth.ts';
import { CARDS } from './card.ts';
import { MAILS } from './mail.ts';
import { ADDRESSES } from './net.ts';
import { PHONES } from './phone.ts';
import { matches, type Accept, type Rule, type Span } from './types.ts';

const SSN_SAID = /(?:\b|_)(?:ssn|social security|social sec|itin)(?:\b|_)/i;
const isSaid: Accept = (_match, text, start) => SSN_SAID.test(text.slice(Math.max(0, start - 40), start));

/** Earlier rules win where findings overlap: what is more certain comes first. */
export const STRUCTURED_RULES: readonly Rule[] = [
  ...MAILS,
  { type: 'IBAN', needs: 'digits', hint: /[A-Z]{2}\d{2}/i, find: ibans },
  CARDS,
  {
    type: 'SSN',
    needs: 'digits',
    hint: /\d{3}[- .]\d{2}[- .]\d|ssn|social/i,
    find: matches(
      /(?<![\w-]|[\d)] ?[-+*/=] ?)\d{3}([- .]?)\d{2}\1\d{4}(?![\w]|-\d| ?=)/g,
      // Without the usual hyphens nine digits are one only where the text says so.
      (match, text, start) =>
        isSsn(match.replace(/\D/g, '')) && (match.includes('-') || isSaid(match, text, start)),
      (match, text, start) => !isSaid(match, text, start),
    ),
  },
  ...ADDRESSES,
  BIRTH_DATES,
  ...PHONES,
];

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
