/** A text in plain form, and where each of its code units came from; `map` is null when nothing was changed. */
export interface Normalised {
  readonly text: string;
  readonly map: Uint32Array | null;
}

// Full-width forms, other scripts' digits, invisible joiners, exotic dashes and spaces: what hides a number from a pattern.
const UNUSUAL =
  /[\u00a0\u00ad\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u2000-\u2015\u202f\u2060-\u2064\u2212\u3000\ufe52\ufe6b\ufeff\uff01-\uff5e]/;
const INVISIBLE = /[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/;

/** Maps look-alikes to what they stand for and leaves the invisible out, so that one set of patterns sees through both. */
export function normalise(text: string): Normalised {
  if (!UNUSUAL.test(text)) return { text, map: null };
  const map = new Uint32Array(text.length);
  let plain = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (INVISIBLE.test(char)) continue;
    map[plain.length] = at;
    plain += plainChar(char);
  }
  return { text: plain, map };
}

export const fromMap = ({ map }: Normalised, at: number): number => (map === null ? at : (map[at] ?? at));

function plainChar(char: string): string {
  const code = char.charCodeAt(0);
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  for (const zero of [0x0660, 0x06f0, 0x0966])
    if (code >= zero && code <= zero + 9) return String.fromCharCode(48 + code - zero);
  if (code === 0x00a0 || code === 0x3000 || code === 0x202f || (code >= 0x2000 && code <= 0x200a)) return ' ';
  if (code === 0x2212 || (code >= 0x2010 && code <= 0x2015)) return '-';
  if (code === 0xfe6b) return '@';
  if (code === 0xfe52) return '.';
  return char;
}
