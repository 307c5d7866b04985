import { canonicalJson } from '@ftm/contracts/canonical-json';
import { digest } from '@ftm/contracts/ids';
import {
  createContaminationIndex,
  type ContaminationMatch,
  type EvalPrompt,
} from '../dedup/contamination.ts';
import { identify, type Fingerprint } from '../dedup/canonical.ts';
import { sketch } from '../dedup/minhash.ts';
import type { Chunk, SanitisedRow } from '../ingest/chunk.ts';
import type { RowRejection, TrainingRow } from '../rows/row.ts';
import type { RowTokens } from '../tokens/row-tokens.ts';
import { splitScore, type SplitRecipe } from './split.ts';

/** What is found out about each row, in any thread: a function of the row and of this. */
export interface AnalysisRecipe {
  readonly split: SplitRecipe;
  readonly near: boolean;
  readonly semantic: boolean;
  readonly cases: readonly EvalPrompt[];
  readonly contaminationThreshold: number;
}

export interface AnalysisRules {
  /** Again: what TRiSM replaced must not have broken a row. */
  validate(row: unknown): {
    readonly row: TrainingRow | undefined;
    readonly rejections: readonly RowRejection[];
  };
  /** Does a text hold personal data? TRiSM should have left none. */
  isPersonal(text: string): boolean;
  tokensOf(row: TrainingRow): RowTokens;
}

/** Everything about a row that decisions are made of; it holds no text but the label, and the dialogue where meaning is compared. */
export interface RowFacts {
  readonly number: number;
  readonly row: Fingerprint;
  readonly prompt: Fingerprint;
  readonly answer: Fingerprint;
  readonly looseAnswer: Fingerprint;
  readonly context: Fingerprint;
  readonly sketch: Uint32Array | null;
  readonly dialogue: string | null;
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
      if (rules.isPersonal(JSON.stringify(each.row))) personal.push(each.number);
      const { row, rejections } = rules.validate(each.row);
      return row === undefined
        ? { number: each.number, broken: rejections.map(bySanitisation) }
        : factsOf(each, row);
    });
    return { ingested: ingestedOf(chunk), rows, personal };
  };

  function factsOf(sanitised: SanitisedRow, row: TrainingRow): RowFacts {
    const { dialogue, ...identity } = identify(row);
    const at = sanitised.at === null ? NaN : Date.parse(sanitised.at);
    return {
      number: sanitised.number,
      ...identity,
      sketch: recipe.near ? sketch(dialogue) : null,
      dialogue: recipe.semantic ? dialogue : null,
      contamination: cases.find(row),
      splitScore: splitScore(recipe.split, {
        content: digest('ftm.row', canonicalJson(row)),
        group: sanitised.group ?? [...identity.prompt].join(' '),
        atMs: Number.isNaN(at) ? null : at,
      }),
      label: labelOf(row),
      tokens: rules.tokensOf(row),
    };
  }
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

/** The answer, where it is short enough to be one of a few. */
export function labelOf(row: TrainingRow): string | null {
  const answer =
    'prompt' in row ? row.completion : 'input' in row ? null : (row.messages.at(-1)?.content ?? null);
  return typeof answer === 'string' && answer.length <= MAX_LABEL ? answer.trim() : null;
}
