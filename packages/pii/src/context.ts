import { indexIn, type Vocabulary } from './vocabulary.ts';

/** A word that stands before something, in lower case, and what is between it and what follows it. */
export interface ContextWord {
  readonly word: string;
  readonly gap: string;
}

const LOOK_BACK = 96;
/** Of a script that is written without spaces only the end of a run says what follows. */
const LONGEST_WORD = 20;
const LETTER = /\p{L}/u;

/** The words before a place in a text, nearest first, as far as they stand whole in the 96 characters before it. Names of fields are words, too: `phone_number`, `homePhone`. */
export function* wordsBefore(text: string, at: number): Generator<ContextWord> {
  const from = Math.max(0, at - LOOK_BACK);
  let end = at;
  while (end > from) {
    let last = end;
    while (last > from && kindAt(text, last - 1) === OTHER) last -= 1;
    if (last === from) return;
    let first = last - 1;
    while (first > from && isOneWord(text, first)) first -= 1;
    // What begins before is not known whole.
    if (first === from && from > 0) return;
    yield {
      word: text.slice(Math.max(first, last - LONGEST_WORD), last).toLowerCase(),
      gap: text.slice(last, end),
    };
    end = first;
  }
}

const OTHER = 0;
const DIGIT = 1;
const UPPER = 2;
const LOWER = 3;

function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code < 0x80) return ASCII[code] ?? OTHER;
  const char = text.charAt(at);
  if (!LETTER.test(char)) return OTHER;
  return char === char.toLowerCase() ? LOWER : UPPER;
}
const ASCII = Uint8Array.from({ length: 0x80 }, (_each, code) => {
  const char = String.fromCharCode(code);
  return /\d/.test(char) ? DIGIT : /[A-Z]/.test(char) ? UPPER : /[a-z]/.test(char) ? LOWER : OTHER;
});

/** Do the character here and the one before it belong to one word? A capital behind a small letter begins another, except that of `iPhone`. */
function isOneWord(text: string, at: number): boolean {
  const here = kindAt(text, at);
  const before = kindAt(text, at - 1);
  if (here === OTHER || before === OTHER || (here === DIGIT) !== (before === DIGIT)) return false;
  return here !== UPPER || before !== LOWER || kindAt(text, at - 2) < UPPER;
}

const MOST_REMEMBERED = 10_000;

/** Which of the vocabularies has a word: the first, or of two that have parts of it, the one whose part stands later. */
export function createLexicon<K extends string>(
  vocabularies: readonly (readonly [kind: K, vocabulary: Vocabulary])[],
): (word: string) => K | undefined {
  const known = new Map<string, K | undefined>();
  const lookUp = (word: string): K | undefined => {
    let best: K | undefined;
    let at = -1;
    for (const [kind, each] of vocabularies) {
      const index = indexIn(each, word);
      if (index <= at) continue;
      best = kind;
      at = index;
    }
    return best;
  };
  return (word) => {
    if (known.has(word)) return known.get(word);
    const kind = lookUp(word);
    if (known.size < MOST_REMEMBERED) known.set(word, kind);
    return kind;
  };
}
