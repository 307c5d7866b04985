import { isInternational } from './calling-codes.ts';
import { createLexicon, wordsBefore } from './context.ts';
import type { Rule, Span } from './types.ts';
import {
  APART,
  CALL_SOMEBODY,
  CALL_WORDS,
  COUNTED,
  FILLERS,
  NUMBER_WORDS,
  PHONE_WORDS,
  SOMEBODY,
  SOMEBODYS,
} from './vocabulary.ts';

/** That a number is a telephone's; `weak` is what could be something else. */
type Evidence = 'sure' | 'weak' | undefined;
type Judge = (text: string, start: number, end: number) => Evidence;

/** Digits in groups, with what people write between them. Their groups alone say next to nothing. */
const NUMBER =
  /(?<![\w+/\\-]|\d[.:'’])(?:\+\d{1,3}[ .-]?(?:\(0\) ?)?\d[ .-](?=\d{2})|\(?\d{2,5}\)?\/ ?)?\+?(?:\(\+?\d{1,4}\)|\d{1,15}(?!\d))(?:[ .-]?\(\d{1,4}\)|(?:[ .-]|(?<=\)))\d{2,15}(?!\d)){0,6}(?:\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,6})?(?![\w/]|[.:'’-]\d)/gi;
const EXTENSION = /\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,6}$/i;
const FEWEST_DIGITS = 6;
const MOST_DIGITS = 15;
const SPACED = /(?<![\d.,-])\d(?:[ .,-]{1,2}\d){6,14}(?![\d]|[.,-]\d)/g;

export const PHONES: readonly Rule[] = [
  {
    type: 'PHONE',
    needs: 'digits',
    hint: /\d[\d ()./+-]{4}/,
    find: (text) => numbers(text, NUMBER, evidenceOf),
  },
  // One digit at a time.
  {
    type: 'PHONE',
    needs: 'digits',
    hint: /\d[ .,-]\d[ .,-]\d[ .,-]\d/,
    find: (text) =>
      numbers(text, SPACED, (all, start) => {
        const { kind, near } = said(all, start);
        return near && kind !== 'counted' ? 'weak' : undefined;
      }),
  },
];

function* numbers(text: string, pattern: RegExp, judge: Judge): Generator<Span> {
  for (const match of text.matchAll(pattern)) {
    const end = match.index + match[0].length;
    const evidence = judge(text, match.index, end);
    if (evidence !== undefined) yield [match.index, end, evidence === 'weak'];
  }
}

function evidenceOf(text: string, start: number, end: number): Evidence {
  if (end - start < FEWEST_DIGITS) return undefined;
  const given = text.slice(start, end);
  const number = /t|x/i.test(given) ? given.replace(EXTENSION, '') : given;
  const digits = number.replace(/\D+/g, '');
  if (digits.length < FEWEST_DIGITS || digits.length > MOST_DIGITS || isSomethingElse(number))
    return undefined;
  const before = text.slice(Math.max(0, start - 8), start);
  const after = text.slice(end, end + 24);
  if (isReckoned(before, after)) return undefined;
  if (digits.length > 7 && isCountryCoded(number, digits)) return 'sure';
  const groups = number.split(/[ ()./-]+/).filter((each) => each !== '' && each !== '+');
  const context = said(text, start);
  if (CALLED_AFTER.test(after) || (context.near && context.kind !== 'counted'))
    return byWord(context.kind, groups, digits, after);
  if (isPartOfList(before, after)) return undefined;
  if (isNational(number, digits, groups) || (given !== number && groups.length > 1 && digits.length > 8))
    return context.kind === 'counted' && context.near ? undefined : 'weak';
  if (context.kind === 'counted' || context.kind === undefined) return undefined;
  return groups.length > 1 && digits.length > 6 && !isThousands(number) ? 'weak' : undefined;
}

/** Where a word beside the number says that it is one. */
function byWord(kind: Said['kind'], groups: readonly string[], digits: string, after: string): Evidence {
  const plain = groups.length === 1 || isThousands(groups.join(' '));
  if (plain && COUNTS_SOMETHING.test(after)) return undefined;
  if (digits.length < 7) return groups.length > 1 || kind === 'phone' ? 'weak' : undefined;
  if (digits.length < 8 && groups.length === 1 && kind === 'call') return undefined;
  return kind === 'phone' && digits.length > 8 ? 'sure' : 'weak';
}

const isThousands = (number: string): boolean => /^\+?\d{1,3}(?: \d{3})+$/.test(number);
/** `1234567 units`, and not `4155550132 thanks`. */
const COUNTS_SOMETHING =
  /^\s(?!(?:is|was|as|has|this|thanks|plus|yes|always|unless|pls|bis|las|les|des)\b)\p{Ll}{2,20}s\b/u;
const CALLED_AFTER =
  /^\W{0,3}(?:(?:office|home|work|mobile|cell|fax|phone|tel|whatsapp)(?=\s{0,3}(?:$|[\n,;:.)\\|/-]))|is (?:my|his|her|our|their|the) (?:(?:phone|mobile|cell|office|home|work|direct|fax) )?(?:number|phone|mobile|cell|fax)\b|(?:has |have |just |keeps )?(?:called|calling|texted|phoned|rang)\b)/i;

/** With the code of a country in front, and as many digits as that country has. */
function isCountryCoded(number: string, digits: string): boolean {
  // What has grown by millions is written so, too.
  if (/^\+\d{1,3} \d{3} \d{3}$/.test(number)) return false;
  if (number.startsWith('+') || number.startsWith('(+')) return isInternational(digits);
  return /^00[ .()-]|^00\d{1,3}[ .()-]/.test(number) && isInternational(digits.slice(2));
}

/** Written as only telephone numbers are, in North America, with the 0 that is dialled first, or with an area in brackets. */
function isNational(number: string, digits: string, groups: readonly string[]): boolean {
  if (/^(?:1[ .-])?(?:\(\d{3}\) ?|[2-9]\d{2}([.-]))[2-9]\d{2}(?:\1|[ .-])\d{4}$/.test(number)) return true;
  if (digits.length < 9 || digits.length > 12 || groups.length < 2) return false;
  if (/^\(?0[1-9]/.test(number)) return !isSequence(groups) && !/^\d{5}-\d{4}$/.test(number);
  return /^(?:[18] ?\(\d{3}\) ?\d{3}[ -]\d\d[ -]?\d\d|\(\d{2,3}\) ?\d{3,5}[ -]\d{3,4})$/.test(number);
}

/** 01 02 03 04 05. */
function isSequence(groups: readonly string[]): boolean {
  const step = Number(groups[1]) - Number(groups[0]);
  const isStep = (each: string, index: number): boolean => Number(each) - Number(groups[index]) === step;
  return groups.length > 3 && groups.slice(1).every(isStep);
}

/** An operand, an amount, a share. */
function isReckoned(before: string, after: string): boolean {
  return (
    /(?:[\d)] ?[-+*/×÷=^]|[$€£¥₹₩₽§≈~<>^*×÷]|\d ?[–—]) ?$/.test(before) ||
    /^(?: ?=| ?[-+*/×÷^] ?\(| ?[*×÷^] ?\d| [-+/] \d| ?[%‰°$€£¥₹₩₽])/.test(after)
  );
}

/** In brackets, quotes or a row of numbers nothing but a word says what a number is. */
const isPartOfList = (before: string, after: string): boolean =>
  /(?:=|\d,|\[)\s?$/.test(before) || /^(?:,\d{3}(?!\d)| \d)/.test(after);

const YEAR = '(?:19|20)\\d\\d';
const DAY = '(?:0[1-9]|[12]\\d|3[01])';
const STAMP = new RegExp(`^${YEAR}(?:0[1-9]|1[0-2])${DAY}(?:[ ._-]?\\d{4,6})?$`);
const YEARS = new RegExp(`^${YEAR}[-/ .]${YEAR}$`);

const isSomethingElse = (number: string): boolean =>
  /^\d{1,2}([./-])\d{1,2}\1(?:\d{2}|(?:19|20)\d{2}\b.*)$/.test(number) || // a date, day or month first
  /^\d{4}[./-]\d{1,2}[./-]\d{1,2}(?:\b.*)?$/.test(number) || // year first
  STAMP.test(number) ||
  YEARS.test(number) ||
  /^\d+\.\d+$/.test(number) ||
  /^\d+\/\d+$/.test(number.replace(/^0\d+\//, '')) || // a fraction
  /^\d{1,3}(?:\.\d{1,3}){3}$/.test(number) || // four octets, or a version
  /^\d{1,3}(?:\.\d{3})+$/.test(number) || // thousands
  /^\d{3}-\d{2}-\d{4}$/.test(number) || // a social security number that nobody has
  /^97[89](?=(?:[ -]?\d){10}$)/.test(number); // a book

interface Said {
  readonly kind: 'phone' | 'call' | 'counted' | undefined;
  /** With nothing but small words between. */
  readonly near: boolean;
}

const kindOf = createLexicon([
  ['filler', FILLERS],
  ['phone', PHONE_WORDS],
  ['call', CALL_WORDS],
  ['counted', COUNTED],
]);
const MAX_WORDS = 9;

/** Of a sentence or paragraph; a short word with a full stop is an abbreviation. */
const isEnd = (word: string, gap: string): boolean =>
  /\n\s*\n/.test(gap) || (word.length > 4 && /[.!;]\s/.test(gap));

/** What the words before a number say that it is. */
function said(text: string, at: number): Said {
  let near = true;
  let words = 0;
  /** Nearer to the number: the last of them, and whether they are `number` or a preposition. */
  let behind: string | undefined;
  let numbered = false;
  let apart = false;
  for (const { word, gap } of wordsBefore(text, at)) {
    words += 1;
    if (words > MAX_WORDS || (near ? isEnd(word, gap) : /[.!?;]\s|\n/.test(gap))) break;
    if (behind !== undefined && SOMEBODY.words.has(behind) && CALL_SOMEBODY.words.has(word))
      return { kind: 'call', near };
    if (near && numbered && SOMEBODYS.words.has(word)) return { kind: 'call', near };
    if (CALL_SOMEBODY.words.has(word)) return { kind: 'call', near: false };
    const kind = /^\d/.test(word) ? 'filler' : kindOf(word);
    if (kind === 'counted') return { kind: apart ? undefined : kind, near: near && !apart };
    if (kind !== undefined && kind !== 'filler') return { kind, near };
    if (kind === undefined) near = false;
    numbered ||= NUMBER_WORDS.words.has(word);
    apart ||= APART.words.has(word);
    behind = word;
  }
  return { kind: undefined, near: false };
}
