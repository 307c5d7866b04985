/** A text in plain form, and which stretch of the original each of its code units came from; null when nothing was changed. */
export interface Normalised {
  readonly text: string;
  readonly starts: readonly number[] | null;
  readonly ends: readonly number[] | null;
}

const NOT_ASCII = /[^\0-\x7f]/;
/** Joiners, variation selectors, direction marks, combining marks: they hide a number from a pattern and from nobody else. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{M}]/u;
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/;
const plainForms = new Map<string, string>();
const MAX_PLAIN_FORMS = 10_000;

/** Maps look-alikes to what they stand for and leaves the invisible out, so that one set of patterns sees through both. */
export function normalise(text: string): Normalised {
  if (!NOT_ASCII.test(text)) return { text, starts: null, ends: null };
  const starts: number[] = [];
  const ends: number[] = [];
  let plain = '';
  let at = 0;
  for (const char of text) {
    const end = at + char.length;
    const form = char <= '\x7f' ? char : plainForm(char);
    for (let unit = 0; unit < form.length; unit += 1) {
      // A character that stays as it is keeps its own code units, surrogates included.
      starts.push(form === char ? at + unit : at);
      ends.push(form === char ? at + unit + 1 : end);
    }
    plain += form;
    at = end;
  }
  return { text: plain, starts, ends };
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
