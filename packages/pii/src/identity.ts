import { TITLES } from './names.ts';
import { normalise } from './normalise.ts';
import type { PiiType } from './types.ts';

/** National numbers are compared by so many last digits at least. */
const PHONE_DIGITS = 7;

/** Who or what a value means inside one dialogue. `meet` every value first: a first name alone means the person whose full name comes later. */
export function createIdentity(): {
  meet: (type: PiiType, value: string) => void;
  of: (type: PiiType, value: string) => string;
} {
  const phones: string[] = [];
  const fullNames = new Map<string, Set<string>>();
  return {
    meet(type, value) {
      if (type === 'PHONE') {
        const digits = phoneDigits(value);
        if (!phones.some((known) => samePhone(known, digits))) phones.push(digits);
      }
      if (type === 'PERSON') {
        const parts = nameParts(value);
        if (parts.length < 2) return;
        for (const part of parts)
          fullNames.set(part, (fullNames.get(part) ?? new Set()).add(parts.join(' ')));
      }
    },
    of(type, value) {
      if (type === 'PHONE') {
        const digits = phoneDigits(value);
        return phones.find((known) => samePhone(known, digits)) ?? digits;
      }
      if (type === 'PERSON') {
        const parts = nameParts(value);
        const owners = fullNames.get(parts.join(' '));
        // Of two Johns, John alone is neither.
        return parts.length === 1 && owners?.size === 1 ? ([...owners][0] ?? '') : parts.join(' ');
      }
      return canonical(type, value);
    },
  };
}

/** The same in another spelling is the same. */
function canonical(type: PiiType, value: string): string {
  const plain = normalise(value).text;
  switch (type) {
    case 'EMAIL':
      return plain
        .toLowerCase()
        .replace(/ ?[[({] ?(?:at|@) ?[\])}] ?| at | ?@ ?/g, '@')
        .replace(/ ?[[({] ?(?:dot|\.) ?[\])}] ?| dot | ?\. ?/g, '.');
    case 'CARD':
    case 'IBAN':
    case 'SSN':
    case 'DATE_OF_BIRTH':
      return plain.toUpperCase().replace(/[^\p{L}\d]/gu, '');
    case 'IP':
    case 'INJECTION':
      return plain.toLowerCase();
    case 'PHONE':
    case 'PERSON':
    case 'URL':
    case 'URL_CREDENTIALS':
    case 'SECRET':
      return plain;
  }
}

const phoneDigits = (value: string): string =>
  normalise(value)
    .text.replace(/\(0\)/, '')
    .replace(/\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,6}$/i, '')
    .replace(/\D/g, '')
    .replace(/^0{1,2}/, '');

/** Equal, or one is the other without the code of its country. */
const samePhone = (a: string, b: string): boolean =>
  a === b ||
  (Math.min(a.length, b.length) >= PHONE_DIGITS &&
    Math.abs(a.length - b.length) <= 3 &&
    (a.endsWith(b) || b.endsWith(a)));

const nameParts = (value: string): string[] =>
  normalise(value)
    .text.toLowerCase()
    .split(/[\s.]+/)
    .filter((part) => part !== '' && !TITLES.has(part));
