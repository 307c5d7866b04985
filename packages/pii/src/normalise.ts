/** A text in plain form, and which stretch of the original each of its code units came from; null when nothing was changed. */
export interface Normalised {
  readonly text: string;
  readonly starts: readonly number[] | null;
  readonly ends: readonly number[] | null;
}

const BEYOND_ASCII = /[^\0-\x7f]/gu;
/** A character written as `%40`, `&#64;`, `&#x40;`, `&commat;` or `\\u0040`. */
const ESCAPE = /%(?:[2-7][0-9a-f])|&(?:#(?:\d{2,6}|x[0-9a-f]{2,5})|[a-z]{2,8});|\\u[0-9a-f]{4}/gi;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  colon: ':',
  commat: '@',
  hyphen: '-',
  lowbar: '_',
  nbsp: ' ',
  num: '#',
  period: '.',
  plus: '+',
  sol: '/',
};
/** Joiners, variation selectors, direction marks, combining marks: they hide a number from a pattern and from nobody else. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{M}]/u;
const MARK = /\p{M}/u;
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/;
const plainForms = new Map<string, string>();
const MAX_PLAIN_FORMS = 10_000;

/** Maps look-alikes and escapes to what they stand for and leaves the invisible out, so that one set of patterns sees through all of them. */
export function normalise(text: string): Normalised {
  if (!/[^\0-\x7f]|[%&\\]/.test(text)) return { text, starts: null, ends: null };
  const escapes = [...text.matchAll(ESCAPE)].flatMap((match) => {
    const char = unescaped(match[0]);
    return char === undefined ? [] : [{ start: match.index, end: match.index + match[0].length, char }];
  });
  // Letters with accents stay as they are: most texts that are not ASCII need no map of offsets.
  if (escapes.length === 0 && !isChanged(text)) return { text: latin(text), starts: null, ends: null };
  const starts: number[] = [];
  const ends: number[] = [];
  let plain = '';
  let at = 0;
  let next = 0;
  while (at < text.length) {
    const escape = escapes[next];
    const escaped = escape?.start === at;
    if (escaped) next += 1;
    const char = escaped ? escape.char : String.fromCodePoint(text.codePointAt(at) ?? 0);
    const end = escaped ? escape.end : at + char.length;
    const form = char <= '\x7f' ? char : plainForm(char);
    for (let unit = 0; unit < form.length; unit += 1) {
      // A character that stays as it is keeps its own code units, surrogates included.
      const same = !escaped && form === char;
      starts.push(same ? at + unit : at);
      ends.push(same ? at + unit + 1 : end);
    }
    // A mark belongs to the letter before it.
    if (form === '' && ends.length > 0 && MARK.test(char)) ends[ends.length - 1] = end;
    plain += form;
    at = end;
  }
  return { text: latin(plain), starts, ends };
}

function isChanged(text: string): boolean {
  for (const match of text.matchAll(BEYOND_ASCII)) if (plainForm(match[0]) !== match[0]) return true;
  return false;
}

/** As long as it was: every look-alike is one code unit, as is what it looks like. */
const latin = (text: string): string => (MIXED.test(text) ? text.replace(WORDS, withoutHomoglyphs) : text);

function unescaped(escape: string): string | undefined {
  if (escape.startsWith('%')) return String.fromCharCode(parseInt(escape.slice(1), 16));
  if (escape.startsWith('\\')) return String.fromCharCode(parseInt(escape.slice(2), 16));
  const name = escape.slice(1, -1);
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()];
  const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code >= 0x20 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** Cyrillic and Greek letters that look like a Latin one, and the one that they look like. */
const HOMOGLYPHS: ReadonlyMap<string, string> = new Map(
  [
    ...'аa еe оo рp сc уy хx іi ѕs јj һh ԁd ԛq ԝw ӏl ьb кk мm тt вb нh пn гr'.split(' '),
    ...'АA ВB ЕE КK МM НH ОO РP СC ТT ХX УY ІI ЅS ЈJ ԚQ ԜW ӀI'.split(' '),
    ...'αa βb εe ιi κk νv οo ρp τt υu χx γy ηn ωw'.split(' '),
    ...'ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX'.split(' '),
    ...'ɑa ɡg ɩi ʟl ıi'.split(' '),
  ].map((pair) => [pair.slice(0, 1), pair.slice(1)] as const),
);
const MIXED = /[a-z0-9@._-][Ͱ-ӿԀ-ԯɑɡɩʟı]|[Ͱ-ӿԀ-ԯɑɡɩʟı][a-z0-9@._-]/i;
const WORDS = /[\p{L}\p{N}@._+-]+/gu;

/** A word of one script stays as it is; one that mixes Latin with look-alikes was meant to be read as Latin. */
function withoutHomoglyphs(word: string): string {
  if (!/[a-z]/i.test(word)) return word;
  let plain = '';
  for (const char of word) {
    const form = char <= '\x7f' ? char : HOMOGLYPHS.get(char);
    if (form === undefined && /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(char)) return word;
    plain += form ?? char;
  }
  return plain;
}

/** Where a stretch of the plain text lies in the original. */
export function original(plain: Normalised, start: number, end: number): readonly [number, number] {
  return [plain.starts?.[start] ?? start, plain.ends?.[end - 1] ?? end];
}

function plainForm(char: string): string {
  const known = plainForms.get(char);
  if (known !== undefined) return known;
  const form = computePlainForm(char);
  if (plainForms.size < MAX_PLAIN_FORMS) plainForms.set(char, form);
  return form;
}

function computePlainForm(char: string): string {
  if (INVISIBLE.test(char)) return '';
  if (/\p{Nd}/u.test(char)) return String(digitValue(char.codePointAt(0) ?? 0));
  if (/\p{Zs}/u.test(char)) return ' ';
  if (/[\p{Pd}\u2212\u2043]/u.test(char)) return '-';
  const compatible = char.normalize('NFKC');
  return PRINTABLE_ASCII.test(compatible) ? compatible : char;
}

/** Every script's digits stand in a row from its zero; the five rows of mathematical ones follow each other. */
function digitValue(code: number): number {
  if (code >= 0x1d7ce && code <= 0x1d7ff) return (code - 0x1d7ce) % 10;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value += 1;
  return value;
}
