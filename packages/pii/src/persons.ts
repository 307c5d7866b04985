import { introduced } from './introductions.ts';
import {
  GIVEN,
  nameBits,
  nameWords,
  NOT_NAMES,
  ORGANISATION,
  PARTICLES,
  PLACE,
  STREET,
  SURNAME,
  TITLES,
  WORD,
} from './names.ts';
import { CERTAIN } from './evidence.ts';
import type { Candidate } from './types.ts';

interface Token {
  readonly start: number;
  readonly end: number;
  readonly lower: string;
  readonly capital: boolean;
  readonly bits: number;
}

const LATIN = /^[\p{Script=Latin}\p{M}'’-]+$/u;
const LOOK_BACK = 40;
const LOOK_AHEAD = 24;
const MAX_TOKENS = 5;

/** After these stands a name, whatever it is. */
const INTRODUCED =
  /(?<!\p{L})(?:(?:first|last|full|given|family|customer|contact|guest|patient|sender|recipient|owner|holder)name:|names?(?:['’]s| is| was|:|\?)|ich heiße|ich heisse|name ist|je m['’]appelle|nom est|me llamo|nombre es|mi chiamo|nome [èé]|me chamo|ik heet|naam is|nazywam się|mam na imię|mă numesc|numele meu este|benim adım|adım|jag heter|jeg heter|jmenuji se|nama saya|named (?:him|her|it)|calls? (?:me|him|her)|known as|starring|directed by|mr|mrs|ms|miss|dr|prof|dear|guardian|founders?:|user:)[^\p{L}\d\n]{1,4}$/iu;
/** After these also one that is a month or a word: my name is April. */
const NAMED =
  /(?<!\p{L})(?:(?:my|his|her) name(?:['’]s| is| was)|(?:first|last|full|given|family)?[_ ]?name:|named (?:him|her)|call me|mr|mrs|ms|miss|dr|prof)[^\p{L}\d\n]{1,4}$/iu;
/** After these stands a month. */
const DATED =
  /(?:\d|\b(?:in|on|of|by|since|last|next|this|until|till|from|to|early|late|mid|every|around|before|after)) $/i;
/** Before these stands a name, if it is a lone capital word that no list knows. */
const SPEAKS =
  /^(?:['’]s (?:address|phone|email|account|card)\b|:\s?\\?["“]|,? (?:said|says|asked|told|shouted|replied)\b)/iu;
/** After these stands a name, if what follows may be one. */
const SUGGESTED =
  /\b(?:i am|i['’]m|this is|it['’]s|under|by|hi|hello|hey|said|says|given|tell|ask|and|but|to|and|at|with|from|early|ex-zombie|the|a|why is|me|, ?|partner|colleague)[^\p{L}\d\n]{0,3}$/iu;

/** Names of persons, by lists of names and by what stands around them. Time is linear in the text. */
export function* persons(text: string): Generator<Candidate> {
  yield* introduced(text);
  const tokens = tokensOf(text);
  for (let at = 0; at < tokens.length;) {
    const wordName = wordNameAt(text, tokens, at);
    if (wordName > 0) {
      yield [tokens[at]?.start ?? 0, tokens[at + wordName - 1]?.end ?? 0, CERTAIN];
      at += wordName;
      continue;
    }
    const run = runFrom(text, tokens, at);
    const [first, last] = personIn(text, run) ?? [];
    if (first !== undefined && last !== undefined) yield [first.start, last.end, CERTAIN];
    at += Math.max(1, run.length);
  }
}

/** How many words a name has here that begins with what is mostly a month or a verb: April Jones, Will Smith; 0 for none. */
function wordNameAt(text: string, tokens: readonly Token[], at: number): number {
  const first = tokens[at];
  if (first?.capital !== true || !NOT_NAMES.has(first.lower) || (nameBits(first.lower) & GIVEN) === 0)
    return 0;
  const next = tokens[at + 1];
  const surname =
    !DATED.test(before(text, first)) &&
    next?.capital === true &&
    isJoin(text.slice(first.end, next.start), first) &&
    (next.bits & SURNAME) !== 0 &&
    (next.bits & PLACE) === 0 &&
    !isElsewhere([first, next], before(text, first), text.slice(next.end, next.end + LOOK_AHEAD));
  if (surname) return 2;
  return NAMED.test(before(text, first)) ? 1 : 0;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const { start, word: value } of nameWords(text)) {
    const lower = value.toLowerCase();
    tokens.push({
      start,
      end: start + value.length,
      lower,
      capital: value.charAt(0) !== lower.charAt(0),
      bits: NOT_NAMES.has(lower) || TITLES.has(lower) ? 0 : nameBits(lower),
    });
  }
  return tokens;
}

/** Words that may be one name: all with capitals, or all without and known to the lists; particles between them. */
function runFrom(text: string, tokens: readonly Token[], at: number): Token[] {
  const run: Token[] = [];
  let pending: Token[] = [];
  for (let index = at; index < tokens.length && run.length + pending.length < MAX_TOKENS; index += 1) {
    const token = tokens[index];
    const before = pending.at(-1) ?? run.at(-1);
    if (token === undefined || (before !== undefined && !isJoin(text.slice(before.end, token.start), before)))
      break;
    if (run.length > 0 && PARTICLES.has(token.lower)) pending.push(token);
    else if (mayBePart(token, run[0], text)) {
      run.push(...pending, token);
      pending = [];
    } else break;
  }
  return run;
}

/** One space, or the dot of an initial. */
const isJoin = (between: string, before: Token): boolean =>
  between === ' ' || (between === '. ' && before.end - before.start === 1);

function mayBePart(token: Token, first: Token | undefined, text: string): boolean {
  if (NOT_NAMES.has(token.lower) || TITLES.has(token.lower)) return false;
  if (token.capital) return first === undefined || first.capital;
  if (first?.capital === true) return false;
  if (first === undefined)
    return (
      isStrong(token, GIVEN) ||
      ((token.bits & WORD) === 0 && token.bits !== 0 && isIntroduced(before(text, token)))
    );
  return token.bits !== 0
    ? (token.bits & WORD) === 0
    : (/[^\0-\x7f]/.test(token.lower) && LATIN.test(token.lower)) || isLineOf(text, first, token);
}

/** The longest that says so has less than this. */
const INTRODUCTION = 24;
const isIntroduced = (left: string): boolean => INTRODUCED.test(left.slice(-INTRODUCTION));
const isStrong = (token: Token, kind: number): boolean =>
  (token.bits & kind) !== 0 && (token.bits & (WORD | PLACE)) === 0;
const before = (text: string, token: Token): string =>
  text.slice(Math.max(0, token.start - LOOK_BACK), token.start);
/** Both words alone on their line. */
const isLineOf = (text: string, first: Token, last: Token): boolean =>
  /(?:^|\n)[^\w\n]*$/.test(before(text, first)) && /^\s*(?:\n|$)/.test(text.slice(last.end, last.end + 8));

function personIn(text: string, run: readonly Token[]): readonly [Token, Token] | undefined {
  const first = run[0];
  const last = run.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const left = before(text, first);
  const right = text.slice(last.end, last.end + LOOK_AHEAD);
  if (isElsewhere(run, left, right)) return undefined;
  if (isIntroduced(left)) return [first, last];
  if (run.length === 1)
    return !isAcronym(first, text) && isLoneName(first, left, right) ? [first, last] : undefined;
  const given = run.findIndex((token, index) => (token.bits & GIVEN) !== 0 && index < run.length - 1);
  const from = run[given];
  if (from === undefined) return undefined;
  return isStrong(from, GIVEN) ||
    run.slice(given + 1).some((token) => (token.bits & WORD) === 0 && token.bits !== PLACE)
    ? [from, last]
    : undefined;
}

/** An organisation, an address. */
function isElsewhere(run: readonly Token[], left: string, right: string): boolean {
  const next = /^[ -]?(?:& )?(\p{L}{1,20})/u.exec(right)?.[1]?.toLowerCase() ?? '';
  return (
    run.some(({ lower }) => ORGANISATION.has(lower) || STREET.has(lower)) ||
    ORGANISATION.has(next) ||
    STREET.has(next) ||
    /^[ -]?(?:& |,? ?\d)/.test(right) ||
    /\d[\p{L}.,]{0,3} ?$/u.test(left) ||
    /\b(?:san|santa|saint|los|las|fort|mount|port|new|lake|cape) $/i.test(left) ||
    /(?:^|[\n,:;.?!])[^\p{L}\d\n]{0,4}\d[^\n,:;.?!]{0,30}$/u.test(left)
  );
}

/** Letters of a test or a substance, in a sentence that is not all capitals: ACE, ELISA. */
const isAcronym = (token: Token, text: string): boolean =>
  /^\p{Lu}{2,6}$/u.test(text.slice(token.start, token.end)) &&
  /\p{Ll}/u.test(text.slice(Math.max(0, token.start - 12), token.end + 12));

function isLoneName(token: Token, left: string, right: string): boolean {
  if (isStrong(token, GIVEN) && (token.capital || token.lower.length > 4)) return true;
  if (!token.capital) return isStrong(token, GIVEN) && SUGGESTED.test(left);
  if (SPEAKS.test(right)) return true;
  // A word that is a name too has a capital for some reason, if it does not start a sentence.
  if ((token.bits & GIVEN) !== 0 && (token.bits & PLACE) === 0 && /[\p{Ll},] $/u.test(left)) return true;
  return isStrong(token, SURNAME) && SUGGESTED.test(left);
}
