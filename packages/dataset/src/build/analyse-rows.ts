import { canonicalJson } from '@ftm/contracts/canonical-json';
import { digest } from '@ftm/contracts/ids';
import {
  createContaminationIndex,
  type ContaminationMatch,
  type EvalPrompt,
} from '../dedup/contamination.ts';
import { identify, type Fingerprint } from '../dedup/canonical.ts';
import { sketch } from '../dedup/minhash.ts';
import type { SemanticRow } from '../dedup/semantic.ts';
import type { Chunk, SanitisedRow } from '../ingest/chunk.ts';
import { textsOf } from '../ingest/texts.ts';
import type { RowRejection, TrainingRow } from '../rows/row.ts';
import type { RowTokens } from '../tokens/row-tokens.ts';
import { splitScore, type SplitRecipe } from './split.ts';

/** What is found out about each row, in any thread: a function of the row and of this. */
export interface AnalysisRecipe {
  readonly split: SplitRecipe;
  readonly near: boolean;
  readonly cases: readonly EvalPrompt[];
  readonly contaminationThreshold: number;
}

export interface AnalysisRules {
  /** Again: what TRiSM replaced must not have broken a row. */
  validate(row: unknown): {
    readonly row: TrainingRow | undefined;
    readonly rejections: readonly RowRejection[];
  };
  /** Does a text hold personal data, beyond doubt? TRiSM should have left none. */
  isPersonal(text: string): boolean;
  tokensOf(row: TrainingRow): RowTokens;
}

/** Everything about a row that decisions are made of; it holds no text but the label. */
export interface RowFacts {
  readonly number: number;
  readonly row: Fingerprint;
  readonly prompt: Fingerprint;
  readonly answer: Fingerprint;
  readonly context: Fingerprint;
  readonly sketch: Uint32Array | null;
  readonly contamination: ContaminationMatch | null;
  readonly splitScore: number;
  readonly label: string | null;
  readonly tokens: RowTokens;
}

/** A row that did not outlive the sanitisation. */
export interface BrokenRow {
  readonly number: number;
  readonly broken: readonly RowRejection[];
}

export interface AnalysedChunk {
  /** What the ingest had to say of the chunk. */
  readonly ingested: {
    readonly rejectedByCode: Readonly<Record<string, number>>;
    readonly rejectedRows: number;
    readonly redactions: Readonly<Record<string, number>>;
    readonly scanIds: readonly string[];
    readonly policyVersion: string | null;
  };
  /** One for each row of the chunk, in order. */
  readonly rows: readonly (RowFacts | BrokenRow)[];
  /** Numbers of the rows in which personal data was left. */
  readonly personal: readonly number[];
}

/** Longer answers are no labels. */
const MAX_LABEL = 64;

export function createAnalyser(
  recipe: AnalysisRecipe,
  rules: AnalysisRules,
): (chunk: Chunk) => AnalysedChunk {
  const cases = createContaminationIndex(recipe.cases, { threshold: recipe.contaminationThreshold });
  return (chunk) => {
    const personal: number[] = [];
    const rows = chunk.rows.map((each) => {
      if (textsOf(each.row).some((text) => rules.isPersonal(text))) personal.push(each.number);
      const { row, rejections } = rules.validate(each.row);
      return row === undefined
        ? { number: each.number, broken: rejections.map(bySanitisation) }
        : factsOf(each, row);
    });
    return { ingested: ingestedOf(chunk), rows: inOneBuffer(rows), personal };
  };

  function factsOf(sanitised: SanitisedRow, row: TrainingRow): RowFacts {
    const { dialogue, ...identity } = identify(row);
    return {
      number: sanitised.number,
      ...identity,
      sketch: recipe.near ? sketch(dialogue) : null,
      contamination: cases.find(row),
      splitScore: splitScore(recipe.split, {
        content: () => digest('ftm.row', canonicalJson(row)),
        group: () => sanitised.group ?? [...identity.prompt].join(' '),
        atMs: () => timeOf(sanitised.at),
      }),
      label: labelOf(row),
      tokens: rules.tokensOf(row),
    };
  }
}

/** Of a row that outlived the sanitisation: what it is compared by where meaning is. */
export function createMeaning(validate: AnalysisRules['validate']): (chunk: Chunk) => (SemanticRow | null)[] {
  return (chunk) =>
    chunk.rows.map(({ number, row: sanitised }) => {
      const { row } = validate(sanitised);
      if (row === undefined) return null;
      const { dialogue, context, answer } = identify(row);
      return { number, dialogue, context, answer };
    });
}

const bySanitisation = (why: RowRejection): RowRejection => ({
  ...why,
  remedy: `${why.remedy}; it came with the sanitisation`,
});

function ingestedOf({ rejected, redactions, scanIds, policyVersion }: Chunk): AnalysedChunk['ingested'] {
  const rejectedByCode: Record<string, number> = {};
  for (const { code } of rejected) rejectedByCode[code] = (rejectedByCode[code] ?? 0) + 1;
  const rejectedRows = new Set(rejected.map(({ row }) => row)).size;
  return { rejectedByCode, rejectedRows, redactions, scanIds, policyVersion };
}

/**
 * The same with all hashes in one buffer, which goes from thread to thread as it is: by themselves they are thousands
 * of small ones.
 */
function inOneBuffer(rows: readonly (RowFacts | BrokenRow)[]): (RowFacts | BrokenRow)[] {
  const hashesOf = (facts: RowFacts): Uint32Array[] => [
    ...[facts.row, facts.prompt, facts.answer, facts.context],
    ...(facts.sketch === null ? [] : [facts.sketch]),
  ];
  let length = 0;
  for (const facts of rows)
    if (!('broken' in facts)) for (const hash of hashesOf(facts)) length += hash.length;
  const buffer = new Uint32Array(length);
  let end = 0;
  const moved = (hash: Uint32Array): Uint32Array => {
    buffer.set(hash, end);
    end += hash.length;
    return buffer.subarray(end - hash.length, end);
  };
  return rows.map((facts) =>
    'broken' in facts
      ? facts
      : {
          ...facts,
          row: moved(facts.row),
          prompt: moved(facts.prompt),
          answer: moved(facts.answer),
          context: moved(facts.context),
          sketch: facts.sketch === null ? null : moved(facts.sketch),
        },
  );
}

/** Milliseconds since 1970; null where it is none. */
function timeOf(at: string | null): number | null {
  const ms = at === null ? NaN : Date.parse(at);
  return Number.isNaN(ms) ? null : ms;
}

/** The answer, where it is short enough to be one of a few. */
export function labelOf(row: TrainingRow): string | null {
  const answer =
    'prompt' in row ? row.completion : 'input' in row ? null : (row.messages.at(-1)?.content ?? null);
  return typeof answer === 'string' && answer.length <= MAX_LABEL ? answer.trim() : null;
}
