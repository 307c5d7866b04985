import { besideNumber, CERTAIN, FOUND, NEVER, saidBefore, wordAfter } from './evidence.ts';
import { asMet, fold, UNITS } from './lexicon.ts';
import { allMatches } from './matching.ts';
import type { Candidate, Rule } from './types.ts';

const MIN_DIGITS = 6;
const MAX_DIGITS = 15;

/** Codes of countries and of what else has one (E.164); `1:10` has ten digits behind it, others what the plan allows. */
const COUNTRY_CODE =
  /^(?:1|7|2(?:0|7|1[12368]|[2-69]\d)|3(?:[0-469]|[578]\d)|4(?:[013-9]|2[013])|5(?:[1-8]|0\d|9\d)|6(?:[0-6]|7\d|8\d|9[012])|8(?:[1246]|5\d|8[068])|9(?:[0-58]|6[0-8]|7\d|9[2-68]))(?=\d)/;
const EXACT_LENGTHS: Readonly<Record<string, number>> = {
  1: 10,
  7: 10,
  33: 9,
  34: 9,
  44: 10,
  48: 9,
  81: 10,
  86: 11,
  91: 10,
};

/** How national numbers are written, and how much that says by itself: what a table or a sum may look like says less. */
const FORMATS: readonly (readonly [points: number, formats: readonly string[]])[] = [
  [
    2.5,
    [
      // North America
      '(?:1[ .-]?)?\\(\\d{3}\\)[ -]?\\d{3}[ .-]?\\d{4}',
      '(?:1[.-])?[2-9]\\d{2}(?:-[2-9]\\d{2}-|\\.[2-9]\\d{2}\\.)\\d{4}',
      // A prefix of 0, as in most of Europe and Asia
      '\\(0[1-9]\\d{0,4}\\)[ /-]?\\d{3,8}(?:[ -]\\d{2,6}){0,3}',
      '0[1-9](?:(?: \\d\\d){4}|(?:\\.\\d\\d){4}|(?:-\\d\\d){4})',
      // Russia, China
      '8[ -]?\\(?\\d{3}\\)?[ -]?\\d{3}[ -]\\d{2}[ -]\\d{2}',
      '1[3-9]\\d(?: \\d{4} |-\\d{4}-)\\d{4}',
    ],
  ],
  [
    2,
    [
      '(?:(?:00)?1[.-])?\\d{3}(?:-\\d{3}-|\\.\\d{3}\\.)\\d{4}',
      '[2-9]\\d{2} [2-9]\\d{2}[ -]\\d{4}',
      '0[1-9]\\d{0,3}[ /-]\\d{5,8}',
      '0[1-9]\\d{0,3}[ /-]\\d{2,4}(?: \\d{2,4}){1,3}',
      '0[1-9]\\d{0,3}-\\d{2,4}-\\d{4}',
      '0[1-9]\\d{1,2}\\.\\d{3}\\.\\d{3,4}',
      // Brazil and others with an area in brackets
      '\\(\\d{2,3}\\) ?\\d{3,5}[ -]?\\d{3,4}',
    ],
  ],
  [
    1,
    [
      '0[1-9]\\d{0,3}-\\d{2,4}(?:-\\d{2,4}){1,3}',
      '[6-9]\\d{2}(?: \\d\\d){3}',
      '[6-9]\\d{4}[ -]\\d{5}',
      '1[3-9]\\d{9}',
    ],
  ],
  [0.5, ['[2-9]\\d{2}[2-9]\\d{6}', '0[1-9]\\d{7,9}']],
];
export const WRITTEN_LIKE = FORMATS.map(
  ([points, formats]) => [points, new RegExp(`^(?:${formats.join('|')})$`)] as const,
);
const sure = FORMATS.filter(([points]) => points >= FOUND)
  .flatMap(([, formats]) => formats)
  .join('|');
/** With more groups behind it, or before. */
export const BEGINS_LIKE = new RegExp(`^(?:${sure})(?=[ -])`);
export const ENDS_LIKE = new RegExp(`(?<=[ -])(?:${sure})$`);
const MIN_NATIONAL = 9;

const EXTENSION = /\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,6}$/i;

export const PHONES: Rule = {
  type: 'PHONE',
  hint: /\d(?:[ ()./-]{0,3}\d){5}/,
  find: phones,
};
/** One digit at a time: only where the text says so; a card is found as one. */
export const SPACED_PHONES: Rule = {
  type: 'PHONE',
  hint: /\d[ .,-]\d[ .,-]\d[ .,-]\d/,
  find: spacedPhones,
};

const ROW =
  /(?<![\w+/-]|\d\.)\+?(?:\(\d{1,5}\)|\d{1,15}(?!\d))(?:[ ./-]?\(\d{1,5}\)|(?:[ .-]|(?<=\)))\d{1,15}(?!\d)|\/\d{3,15}(?![\d/])){0,8}(?:\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,6})?(?![\w/]|[.-]\d)/gi;

function* phones(text: string): Generator<Candidate> {
  for (const match of allMatches(ROW, text)) {
    if (!hasDigits(match[0])) continue;
    let start = match.index;
    let shape = shapeOf(match[0]);
    if (shape.format === 0 && shape.isGrouped) {
      // The first groups may be written like a number, and the others belong to something else.
      const begin = BEGINS_LIKE.exec(match[0])?.[0];
      if (begin !== undefined) shape = shapeOf(begin);
    }
    let points = pointsOf(text, start, shape);
    if (points < FOUND && shape.isGrouped) {
      const from = ENDS_LIKE.exec(shape.row)?.index ?? 0;
      if (from > 0) {
        shape = shapeOf(shape.row.slice(from));
        points = pointsOf(text, (start += from), shape);
      }
    }
    if (points >= FOUND) yield [start, start + shape.row.length, points];
  }
}

function hasDigits(row: string): boolean {
  let count = 0;
  for (let at = 0; at < row.length; at += 1) {
    const code = row.charCodeAt(at);
    if (code > 47 && code < 58) count += 1;
    if (count === MIN_DIGITS) return true;
  }
  return false;
}

const SPACED = /(?<![\d.,-])\d(?:[ .,-]{1,2}\d){6,14}(?![\d]|[.,-]\d)/g;

function* spacedPhones(text: string): Generator<Candidate> {
  for (const match of allMatches(SPACED, text)) {
    const end = match.index + match[0].length;
    const { meaning, direct } = saidBefore(text, match.index);
    if (direct && (meaning === 'calling' || meaning === 'ringing')) yield [match.index, end, CERTAIN];
  }
}

/** What a row of digits is by itself. */
interface Shape {
  readonly row: string;
  /** Without an extension. */
  readonly number: string;
  readonly count: number;
  readonly isGrouped: boolean;
  /** Points for how it is written. */
  readonly format: number;
}

function shapeOf(row: string): Shape {
  if (!/\D/.test(row))
    return {
      row,
      number: row,
      count: row.length,
      isGrouped: false,
      format: row.length > 8 ? writtenPoints(row) : 0,
    };
  const number = /[xt]/i.test(row) ? row.replace(EXTENSION, '') : row;
  const digits = number.replace(/\D/g, '');
  const points = formatPoints(number, digits);
  const format = points > 0 && number !== row ? points + 1 : points;
  return { row, number, count: digits.length, isGrouped: /\d[ ./()-]+\d/.test(number), format };
}

function formatPoints(number: string, digits: string): number {
  if (digits.length < 8 || digits.length > MAX_DIGITS) return 0;
  if (number.startsWith('+')) return internationalPoints(number, digits);
  if (/^00 ?[1-9]/.test(number))
    return digits.length > 10 ? Math.min(2.5, internationalPoints(number, digits.slice(2))) : 0;
  return digits.length < MIN_NATIONAL ? 0 : writtenPoints(number);
}

function writtenPoints(number: string): number {
  for (const [points, format] of WRITTEN_LIKE) if (format.test(number)) return points;
  return 0;
}

/** With the length that the country's numbers have where it might be an amount: +100 000 000. */
function internationalPoints(number: string, digits: string): number {
  const code = COUNTRY_CODE.exec(digits)?.[0];
  if (code === undefined) return 0;
  const national = digits.slice(code.length).length - (/\(0\)/.test(number) ? 1 : 0);
  const exact = EXACT_LENGTHS[code];
  const isAmount = /^\D*\d{1,3}(?:[ .]\d{3})+$/.test(number);
  if (isAmount && exact === undefined) return 1;
  if (isAmount || !/[ ().-]/.test(number))
    return national === (exact ?? national) && national >= 7 && digits.charAt(code.length) !== '0'
      ? CERTAIN
      : 0;
  return national >= 6 ? CERTAIN : 0;
}

/** What else is written in groups: dates, times, octets, years, a book. */
const isSomethingElse = (number: string): boolean =>
  /^\d{1,2}([./-])\d{1,2}\1(?:\d{2}|(?:19|20)\d{2}\b.*)$/.test(number) || // a date, day or month first
  /(?:^|\D)(?:19|20)\d{2}([./-])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?!\d)/.test(number) || // year first
  /(?<!\d)(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)/.test(number) || // without signs
  /^(?:1[5-9]|20)\d{2}[ -](?:1[5-9]|20)\d{2}$/.test(number) || // from a year to another
  /^\d+\.\d+$/.test(number) ||
  /^\d{1,3}(?:\.\d{1,3}){3}$/.test(number) || // four octets, or a version
  /^\d{3}-\d{2}-\d{4}$/.test(number) || // a social security number that nobody has
  /^97[89](?=(?:[ -]?\d){10}$)/.test(number); // a book

/** All evidence together. */
function pointsOf(text: string, start: number, shape: Shape): number {
  const { row, number, count, format } = shape;
  if (count < MIN_DIGITS || count > MAX_DIGITS) return NEVER;
  const end = start + row.length;
  let points = format + pointsBefore(text, start, shape);
  if (isCalledBehind(text.slice(end, end + 16))) points += 2;
  if (points < FOUND || isSomethingElse(number)) return NEVER;
  if (UNITS.has(wordAfter(text, end))) points -= CERTAIN;
  if (/0{5}$|[ .]000$/.test(number)) points -= 2;
  return points + besideNumber(text, start, end);
}

const CALLED_BEHIND = /^\W{0,3}(?:office|home|work|mobile|cell|fax|phone|tel)\b|^ numaras/i;
/** Where a language has the verb at the end. */
export const VERB_BEHIND = new RegExp(
  asMet(
    '^ ?(?:पर (?:कॉल|फ़ोन|फोन|संपर्क)|নম্বরে|এ কল|پر (?:کال|فون)|(?:に|へ|まで)(?:お|ご)?(?:電話|連絡)|으?로 (?:전화|연락)|numarasından|numarasını)',
  ),
);

const isCalledBehind = (right: string): boolean =>
  CALLED_BEHIND.test(right) || (/[^\0-\x7f]/.test(right) && VERB_BEHIND.test(fold(right)));

function pointsBefore(text: string, start: number, { count, isGrouped, format }: Shape): number {
  const { meaning, direct, label } = saidBefore(text, start);
  switch (meaning) {
    case 'calling':
      if (direct) return label || isGrouped || format > 0 ? CERTAIN : 2.5;
      return isGrouped || format > 0 ? 1.5 : 0;
    case 'ringing':
      if (direct) return isGrouped || format > 0 || count > 8 ? 2.5 : 1.5;
      return format > 0 ? 1.5 : isGrouped && count > 6 ? 1 : 0;
    case 'counting':
    case 'version':
      return direct ? -4 : -1;
    case 'paying':
    case 'social':
      return direct ? -2 : 0;
    case 'network':
    case null:
      return 0;
  }
}
