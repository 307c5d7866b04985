/** Words that make one shingle. */
const WIDTH = 3;

const SEPARATOR = 0;
const LETTER = 1;
/** A character of a script that puts no spaces between words: a word of its own. */
const LONE = 2;
/** An apostrophe: `don't` and `dont` are one word. */
const JOINER = 3;
/** `+` and `#`, which are part of a name behind a letter (C++, C#); `+` is an operator elsewhere, too. */
const SUFFIX = 4;
/** A minus before a digit, a hyphen elsewhere. */
const HYPHEN = 5;

const UNKNOWN = 255;
const classes = new Uint8Array(0x10000).fill(UNKNOWN);
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const WORD_CHARACTER = /[\p{L}\p{M}\p{N}]/u;
/** What is reckoned with: `2 * 2` is another question than `2 + 2`. */
const OPERATOR = /[\p{Sm}*/%^&]/u;
const NUMBER_BEHIND = /\s*\d/y;
/** Superscripts, subscripts, fractions and numbers in circles: `x²` is not `x2`. */
const RAISED = /[^\p{No}\u2070-\u209f]+/gu;

/** NFKC, but for what stands above and below the line. */
export const compatible = (text: string): string => text.replace(RAISED, (run) => run.normalize('NFKC'));

let words = new Uint32Array(256);
let hashes = new Uint32Array(256);

/**
 * The set of hashed word 3-shingles of a text, ascending and without repeats: what Jaccard similarity is measured on.
 * Case, compatibility forms, punctuation and white space are of no account; operators are words. A text of one or two words is one
 * shingle; one without any word (`???`) is a shingle by its characters, so that it equals itself only. Never empty.
 */
export function shingles(text: string): Uint32Array {
  const count = isAscii(text) ? hashWords(text) : hashWords(compatible(text).toLowerCase());
  if (count === 0) return Uint32Array.of(hashCharacters(text.trim()));
  const total = Math.max(1, count - WIDTH + 1);
  if (hashes.length < total) hashes = new Uint32Array(total * 2);
  const width = Math.min(WIDTH, count);
  for (let at = 0; at < total; at += 1) {
    let hash = width;
    for (let word = at; word < at + width; word += 1)
      hash = Math.imul(hash ^ (words[word] ?? 0), 0x9e3779b1) ^ (hash >>> 15);
    hashes[at] = mix(hash);
  }
  return distinctAscending(hashes.subarray(0, total));
}

/** Spreads 32 bits evenly (the finaliser of MurmurHash3). */
export function mix(value: number): number {
  let x = value ^ (value >>> 16);
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Jaccard similarity of two sets of shingles, both ascending and without repeats. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  return overlap(a, b, Infinity);
}

/**
 * Jaccard similarity by the first `limit` members of the union in ascending order. Shingles are evenly spread, so the
 * smallest ones are a fair sample (bottom-k, KMV): of sets that were cut at `limit` members it is an estimate with a
 * standard error of at most .5/√limit, of sets that were not it is exact with `Infinity`.
 */
export function overlap(a: Uint32Array, b: Uint32Array, limit: number): number {
  let shared = 0;
  let union = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length && union < limit) {
    const x = a[i] ?? 0;
    const y = b[j] ?? 0;
    if (x === y) shared += 1;
    if (x <= y) i += 1;
    if (y <= x) j += 1;
    union += 1;
  }
  return shared / Math.min(limit, union + (a.length - i) + (b.length - j));
}

/** Fills `words` with a hash a word, and says how many there are. */
function hashWords(text: string): number {
  if (words.length < text.length + 1) words = new Uint32Array((text.length + 1) * 2);
  let count = 0;
  let hash = 0;
  let open = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const kind = classOf(code);
    if (kind === LETTER) {
      // ASCII comes as it was written: `| 32` makes its letters small and leaves its digits alone.
      hash = Math.imul((open ? hash : 0x811c9dc5) ^ (code < 128 ? code | 32 : code), 0x01000193);
      open = true;
      continue;
    }
    if (kind === JOINER && open) continue;
    if (open) words[count++] = mix(hash);
    open = false;
    if (kind === LONE || isSign(kind, text, at)) words[count++] = mix(code);
  }
  if (open) words[count++] = mix(hash);
  return count;
}

/** Does this character say something here? */
function isSign(kind: number, text: string, at: number): boolean {
  if (kind === SUFFIX) return text[at] === '+' || classOf(text.charCodeAt(at - 1)) === LETTER;
  if (kind !== HYPHEN) return false;
  NUMBER_BEHIND.lastIndex = at + 1;
  return NUMBER_BEHIND.test(text);
}

function classOf(code: number): number {
  const known = classes[code] ?? SEPARATOR;
  return known === UNKNOWN ? (classes[code] = classify(code)) : known;
}

function classify(code: number): number {
  // Halves of a pair are letters: what lies outside the basic plane (rare scripts, emoji) tells texts apart, too.
  if (code >= 0xd800 && code <= 0xdfff) return LETTER;
  if (code === 0x27 || code === 0x2019) return JOINER;
  if (code === 0x2b || code === 0x23) return SUFFIX;
  if (code === 0x2d) return HYPHEN;
  const character = String.fromCharCode(code);
  if (UNSPACED.test(character) || OPERATOR.test(character)) return LONE;
  return WORD_CHARACTER.test(character) ? LETTER : SEPARATOR;
}

function hashCharacters(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix(hash);
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 127) return false;
  return true;
}

/** Sorts in place, and returns a copy without the repeats. */
function distinctAscending(values: Uint32Array): Uint32Array {
  if (values.length > 40) values.sort();
  else insertionSort(values);
  let kept = 1;
  for (let at = 1; at < values.length; at += 1)
    if (values[at] !== values[at - 1]) values[kept++] = values[at] ?? 0;
  return values.slice(0, kept);
}

/** Faster than the built-in sort for the few shingles of a question. */
function insertionSort(values: Uint32Array): void {
  for (let at = 1; at < values.length; at += 1) {
    const value = values[at] ?? 0;
    let to = at;
    for (; to > 0 && (values[to - 1] ?? 0) > value; to -= 1) values[to] = values[to - 1] ?? 0;
    values[to] = value;
  }
}
