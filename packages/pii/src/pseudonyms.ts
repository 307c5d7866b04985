import { createHmac } from 'node:crypto';
import { detect, PLACEHOLDER, redact } from './detect.ts';
import { createIdentity } from './identity.ts';
import { mentions } from './mentions.ts';
import type { Finding, PiiType } from './types.ts';

export interface Pseudonymised {
  readonly texts: readonly string[];
  /** How many stretches were found, by type; never what they said. */
  readonly counts: ReadonlyMap<PiiType, number>;
}

const FIRST = 100;
const BLOCK = 900;
const MAX_ROUNDS = 16;

/**
 * Replaces what is found in a dialogue by `[TYPE_n]`: the same value is the same placeholder in all its texts, and a person is the same one by full, first or last name.
 * `n` is where the value stands among the values of its type, taken through a permutation that the tenant's key decides: the placeholder is made of no part of the value.
 * The same dialogue and key give the same bytes, and what was sanitised once stays as it is (docs/adr/0009-pseudonyms.md).
 */
export function createPseudonymiser(
  key: Uint8Array,
): (texts: readonly string[], types: readonly PiiType[]) => Pseudonymised {
  const numbers = new Map<string, readonly number[]>();

  function numberOf(type: PiiType, ordinal: number): number {
    const block = Math.floor(ordinal / BLOCK);
    const name = `${type} ${block}`;
    let permutation = numbers.get(name);
    if (permutation === undefined) {
      permutation = permuted(key, name);
      numbers.set(name, permutation);
    }
    return block * 1000 + (permutation[ordinal % BLOCK] ?? 0);
  }

  return (given, types) => {
    const used = new Set(given.flatMap((text) => text.match(PLACEHOLDER) ?? []));
    const identity = createIdentity();
    const placeholders = new Map<string, string>();
    const counts = new Map<PiiType, number>();
    const next = new Map<PiiType, number>();
    const placeholderOf = ({ type }: Finding, value: string): string => {
      counts.set(type, (counts.get(type) ?? 0) + 1);
      const who = `${type} ${identity.of(type, value)}`;
      let placeholder = placeholders.get(who);
      while (placeholder === undefined) {
        const ordinal = next.get(type) ?? 0;
        next.set(type, ordinal + 1);
        const candidate = `[${type}_${numberOf(type, ordinal)}]`;
        // One that the dialogue came with stands for somebody else.
        if (used.has(candidate)) continue;
        placeholder = candidate;
        placeholders.set(who, placeholder);
      }
      return placeholder;
    };

    let texts = given;
    // What is replaced is context of what is beside it, so it is looked at again until nothing is found: then sanitising twice changes nothing.
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const detected = texts.map((text) => detect(text, types));
      const found = mentions(texts, detected);
      if (found.every((each) => each.length === 0)) break;
      texts.forEach((text, index) => {
        for (const { type, start, end } of found[index] ?? []) identity.meet(type, text.slice(start, end));
      });
      texts = texts.map((text, index) => redact(text, found[index] ?? [], placeholderOf));
    }
    return { texts, counts };
  };
}

/** 100 to 999 in an order that nobody guesses who has not the key. Three digits are one token to a model. */
function permuted(key: Uint8Array, name: string): readonly number[] {
  const rank = (number: number): string =>
    createHmac('sha256', key).update(`${name} ${number}`).digest('hex');
  return Array.from({ length: BLOCK }, (_each, index) => FIRST + index)
    .map((number) => ({ number, rank: rank(number) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ number }) => number);
}
