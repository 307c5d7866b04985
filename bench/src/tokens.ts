import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { loadEncoding } from '@ftm/dataset/tokens/encoding';
import { banking77 } from '@ftm/sandbox/orchestrator/traces/banking77';

export interface TokenRates {
  readonly texts: number;
  readonly megabytes: number;
  /** Texts on which ours and the library's count differ: none. */
  readonly differing: number;
  /** Megabytes a second, on one core, once code is compiled and words are remembered. */
  readonly ours: number;
  readonly library: number;
  readonly oursPerLibrary: number;
  /** The same of the first round alone. */
  readonly oursPerLibraryAtFirst: number;
  /** Time of 100,000 letters without a break, as times the time of 10,000: 10 is linear, 100 quadratic. */
  readonly growthOfTenfoldRun: number;
  /** The library's, of 4,000 as times 400: it would take minutes for the longer ones. */
  readonly libraryGrowthOfTenfoldRun: number;
}

const ROUNDS = 5;
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/**
 * Counting by o200k_base beside the library whose vocabulary it uses, over the same texts in turns; the best round of
 * each.
 */
export async function measureTokens(): Promise<TokenRates> {
  const { count } = await loadEncoding('o200k_base');
  const library = (text: string): number => countTokens(text, AS_TEXT);
  const texts = banking77('train').map((question) => question.text);
  const megabytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / 1e6;

  const rounds = Array.from({ length: ROUNDS }, () => ({
    ours: secondsOf(() => texts.forEach(count)),
    library: secondsOf(() => texts.forEach(library)),
  }));
  const best = (of: 'ours' | 'library'): number => Math.min(...rounds.map((round) => round[of]));
  const [ours, libraries] = [megabytes / best('ours'), megabytes / best('library')];
  return {
    texts: texts.length,
    megabytes,
    differing: texts.filter((text) => count(text) !== library(text)).length,
    ours,
    library: libraries,
    oursPerLibrary: ours / libraries,
    oursPerLibraryAtFirst: (rounds[0]?.library ?? NaN) / (rounds[0]?.ours ?? NaN),
    growthOfTenfoldRun: growth(count, 10_000),
    libraryGrowthOfTenfoldRun: growth(library, 400),
  };
}

function growth(count: (text: string) => number, letters: number): number {
  const best = (length: number): number =>
    // Another length each time: what was counted before is remembered.
    Math.min(
      ...Array.from({ length: ROUNDS }, (_, round) => secondsOf(() => count('a'.repeat(length + round)))),
    );
  return best(letters * 10) / best(letters);
}

function secondsOf(work: () => unknown): number {
  const begun = performance.now();
  work();
  return (performance.now() - begun) / 1000;
}
