import { createVocabulary, type Vocabulary } from './vocabulary.ts';

export type EncodingName = 'o200k_base' | 'cl100k_base';

export interface Encoding {
  readonly name: EncodingName;
  /** Tokens of a text, exactly. The text of a special token, as `<|endoftext|>`, is text like any other. */
  count(text: string): number;
}

/**
 * How a text is cut before merging, as the provider's tokenizer defines it. White space is Unicode's property:
 * JavaScript's `\s` has U+FEFF too and lacks U+0085.
 */
const SPLITS: Readonly<Record<EncodingName, readonly string[]>> = {
  o200k_base: [
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?:'(?:[sdmtSDMT]|[lL]{2}|[vV][eE]|[rR][eE]))?`,
    String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?:'(?:[sdmtSDMT]|[lL]{2}|[vV][eE]|[rR][eE]))?`,
    String.raw`\p{N}{1,3}`,
    String.raw` ?[^\p{White_Space}\p{L}\p{N}]+[\r\n/]*`,
    String.raw`\p{White_Space}*[\r\n]+`,
    String.raw`\p{White_Space}+(?!\P{White_Space})`,
    String.raw`\p{White_Space}+`,
  ],
  cl100k_base: [
    String.raw`'(?:[sdmtSDMT]|[lL]{2}|[vV][eE]|[rR][eE])`,
    String.raw`[^\r\n\p{L}\p{N}]?\p{L}+`,
    String.raw`\p{N}{1,3}`,
    String.raw` ?[^\p{White_Space}\p{L}\p{N}]+[\r\n]*`,
    String.raw`\p{White_Space}+$`,
    String.raw`\p{White_Space}*[\r\n]`,
    String.raw`\p{White_Space}+(?!\P{White_Space})`,
    String.raw`\p{White_Space}`,
  ],
};

const loaded = new Map<EncodingName, Promise<Encoding>>();

/** Loads the vocabulary once a process: some tenths of a second, and some tens of MB. */
export function loadEncoding(name: EncodingName): Promise<Encoding> {
  const known = loaded.get(name) ?? ranksOf(name).then((ranks) => create(name, createVocabulary(ranks)));
  loaded.set(name, known);
  return known;
}

async function ranksOf(name: EncodingName): Promise<readonly (string | readonly number[])[]> {
  switch (name) {
    case 'o200k_base':
      return (await import('gpt-tokenizer/bpeRanks/o200k_base')).default;
    case 'cl100k_base':
      return (await import('gpt-tokenizer/bpeRanks/cl100k_base')).default;
  }
}

/** Words come again and again; longer pieces seldom do. */
const LONGEST_REMEMBERED = 48;
const MOST_REMEMBERED = 50_000;

function create(name: EncodingName, vocabulary: Vocabulary): Encoding {
  const split = new RegExp(SPLITS[name].join('|'), 'gu');
  let remembered = new Map<string, number>();

  function countPiece(piece: string): number {
    const known = remembered.get(piece);
    if (known !== undefined) return known;
    const tokens = vocabulary.count(piece);
    if (piece.length > LONGEST_REMEMBERED) return tokens;
    if (remembered.size >= MOST_REMEMBERED) remembered = new Map();
    remembered.set(piece, tokens);
    return tokens;
  }

  return {
    name,
    count(text) {
      let total = 0;
      let from = 0;
      split.lastIndex = 0;
      // Every character is in some piece, so pieces follow one another without a gap.
      while (split.test(text)) {
        total += countPiece(text.slice(from, split.lastIndex));
        from = split.lastIndex;
      }
      return total;
    },
  };
}
