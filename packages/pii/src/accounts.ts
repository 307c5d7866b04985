import { ibanLength, isIban, isSsn } from './checks.ts';
import { besideNumber, CERTAIN, FOUND, saidBefore } from './evidence.ts';
import { allMatches } from './matching.ts';
import type { Candidate, Rule } from './types.ts';

export const IBANS: Rule = { type: 'IBAN', hint: /[A-Z]{2}\d{2}/i, find: ibans };
export const SSNS: Rule = { type: 'SSN', hint: /\d{3}[- .]?\d{2}[- .]?\d{4}/, find: ssns };

// A group of a UUID begins no account.
const ACCOUNT = /(?<![A-Za-z0-9]|[\da-f]{4}-)([A-Z]{2})\d{2}(?=[ -]?[A-Z0-9])/gi;
const NINE_DIGITS = /(?<![\w-])\d{3}([- .]?)\d{2}\1\d{4}(?![\w]|-\d)/g;

/** By the length of the country's account numbers: what stands behind an IBAN does not hide it. */
function* ibans(text: string): Generator<Candidate> {
  for (const match of allMatches(ACCOUNT, text)) {
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
      yield [match.index, at, CERTAIN];
  }
}

/** Without the usual hyphens nine digits are one only where the text says so. */
function* ssns(text: string): Generator<Candidate> {
  for (const match of allMatches(NINE_DIGITS, text)) {
    if (!isSsn(match[0].replace(/\D/g, ''))) continue;
    const end = match.index + match[0].length;
    const { meaning, direct } = saidBefore(text, match.index);
    const said = meaning === 'social' ? CERTAIN : meaning === 'counting' ? (direct ? -3 : -1) : 0;
    yield [match.index, end, (match[1] === '-' ? FOUND : 0) + said + besideNumber(text, match.index, end)];
  }
}
