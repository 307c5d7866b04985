import { createColumn } from '../dedup/column.ts';
import { createConflictIndex, type ConflictReport } from '../dedup/conflicts.ts';
import type { ContaminationMatch } from '../dedup/contamination.ts';
import type { DuplicateDecision } from '../dedup/decision.ts';
import type { Embedder } from '../dedup/embedder.ts';
import { createExactIndex } from '../dedup/exact.ts';
import { createNearIndex, type NearConflicts } from '../dedup/near.ts';
import { createSemanticIndex, type SemanticRow } from '../dedup/semantic.ts';
import type { VectorIndex } from '../dedup/vector-index.ts';
import type { RowRejection } from '../rows/row.ts';
import type { BrokenRow, RowFacts } from './analyse-rows.ts';
import { BUILD_REMEDIES } from './remedies.ts';
import { divide, type ScoredRow, type SplitRecipe } from './split.ts';

export interface DecisionRecipe {
  readonly exact: boolean;
  /** Jaccard similarity from which rows count as near-duplicates; null: not looked for. */
  readonly nearThreshold: number | null;
  readonly semantic: {
    readonly threshold: number;
    readonly embedder: Embedder;
    readonly createIndex?: (rows: number) => VectorIndex;
  } | null;
  /** Contaminated rows stay, because two people said so. */
  readonly keepContaminated: boolean;
  readonly split: SplitRecipe;
}

export type Fate = 'train' | 'validation' | { readonly rejected: readonly RowRejection[] };

export interface Counts {
  readonly exactDuplicates: number;
  readonly nearDuplicates: number;
  readonly semanticDuplicates: number;
  readonly contaminatedRows: number;
}

/** A duplicate pair or a contaminated row, by numbers alone. */
export interface Findings {
  readonly duplicates: readonly DuplicateDecision[];
  readonly contamination: readonly (ContaminationMatch & { readonly row: number })[];
  readonly conflicts: ConflictReport;
  readonly nearConflicts: NearConflicts | null;
}

export interface Decisions {
  readonly counts: Counts;
  /** The first of each. */
  readonly findings: Findings;
  /** Of the rows that were added, in the same order. */
  fates(): IterableIterator<Fate, undefined>;
}

/** Examples of each kind that are kept for the report; all are in the list of rejected rows. */
const EXAMPLES = 200;
const NONE = 0xffffffff;
/** Similarities are kept as whole millionths. */
const SCALE = 1_000_000;
const KINDS = ['exact', 'near', 'semantic'] as const;

/**
 * What becomes of each row, from the facts of all of them in source order. The earliest row is kept; what an eval
 * suite asks too goes before duplicates are looked for, so that nothing is left out in favour of a row that is left
 * out itself.
 */
export function createDecider(recipe: DecisionRecipe, dir: string) {
  let exact = recipe.exact ? createExactIndex() : null;
  const near =
    recipe.nearThreshold === null ? null : createNearIndex({ threshold: recipe.nearThreshold, dir });
  const conflicts = createConflictIndex({ dir });
  const numbers = createColumn();
  /** Kept row of a duplicate, or NONE. */
  const keptRows = createColumn();
  /** Kind times SCALE, plus the similarity. */
  const whys = createColumn();
  const scores = createColumn(Float64Array);
  /** Of a stratified split only. */
  const labels: (string | null)[] = [];
  const contaminated = new Map<number, ContaminationMatch>();
  const broken = new Map<number, readonly RowRejection[]>();
  const found: DuplicateDecision[] = [];
  const counts = { exact: 0, near: 0, semantic: 0 };
  let nearConflicts: NearConflicts | null = null;
  let conflictReport: ConflictReport = { prompts: 0, rows: 0, groups: [] };

  const stratified = recipe.split.by === 'stratified';

  const leaveOut = (index: number, decision: DuplicateDecision): void => {
    keptRows.set(index, decision.keptRow);
    whys.set(index, KINDS.indexOf(decision.kind) * 2 * SCALE + Math.round(decision.similarity * SCALE));
    counts[decision.kind] += 1;
    if (counts[decision.kind] <= EXAMPLES) found.push(decision);
  };
  const isOut = (index: number): boolean =>
    keptRows.get(index) !== NONE ||
    broken.has(numbers.get(index)) ||
    (!recipe.keepContaminated && contaminated.has(numbers.get(index)));

  return {
    add(facts: RowFacts | BrokenRow): void {
      const { number } = facts;
      const index = numbers.length;
      numbers.push(number);
      keptRows.push(NONE);
      whys.push(0);
      if ('broken' in facts) {
        broken.set(number, facts.broken);
        scores.push(0);
        if (stratified) labels.push(null);
        return;
      }
      scores.push(facts.splitScore);
      if (stratified) labels.push(facts.label);
      if (facts.contamination !== null) contaminated.set(number, facts.contamination);
      if (isOut(index)) return;
      const first = exact?.first(facts.row, number) ?? null;
      if (first !== null) {
        leaveOut(index, { row: number, keptRow: first, kind: 'exact', similarity: 1 });
        return;
      }
      if (near !== null && facts.sketch !== null)
        near.add({ number, sketch: facts.sketch, context: facts.context, answer: facts.answer });
      conflicts.add({ number, prompt: facts.prompt, answer: facts.answer });
    },

    /**
     * After the last row, once.
     * @param meanings of all rows in order, null of a broken one: only where meaning is compared, and then among the
     * rows that are left
     */
    async deduplicate(meanings: () => AsyncIterable<SemanticRow | null>): Promise<void> {
      // It has answered for every row, and what follows needs the memory.
      exact = null;
      if (near !== null) {
        await near.resolve();
        apply(near.duplicates());
      }
      nearConflicts = near === null ? null : await near.conflicts(EXAMPLES);
      if (recipe.semantic !== null) await compareMeaning(recipe.semantic, meanings);
      conflictReport = await conflicts.report();
    },
    /** Of what `deduplicate` has left. */
    decide(): Decisions {
      const validation = divide(recipe.split, kept(), numbers.length);
      return {
        counts: {
          exactDuplicates: counts.exact,
          nearDuplicates: counts.near,
          semanticDuplicates: counts.semantic,
          contaminatedRows: contaminated.size,
        },
        findings: {
          duplicates: found.map((each) => ({ ...each, keptRow: survivorOf(each.keptRow) })),
          contamination: [...contaminated].slice(0, EXAMPLES).map(([row, match]) => ({ row, ...match })),
          conflicts: conflictReport,
          nearConflicts,
        },
        fates: () => fates(validation),
      };
    },
    close(): void {
      near?.close();
      conflicts.close();
    },
  };

  /** Both are in the order of the rows. */
  function apply(duplicates: Iterable<DuplicateDecision>): void {
    let index = 0;
    for (const decision of duplicates) {
      while (numbers.get(index) !== decision.row) index += 1;
      leaveOut(index, decision);
    }
  }

  async function compareMeaning(
    recipeOfMeaning: NonNullable<DecisionRecipe['semantic']>,
    meanings: () => AsyncIterable<SemanticRow | null>,
  ): Promise<void> {
    const semantic = createSemanticIndex({ ...recipeOfMeaning, dir });
    try {
      let index = 0;
      for await (const row of meanings()) {
        if (row !== null && !isOut(index)) await semantic.add(row);
        index += 1;
      }
      apply(await semantic.duplicates());
    } finally {
      semantic.close();
    }
  }

  function* kept(): Generator<ScoredRow> {
    for (let index = 0; index < numbers.length; index += 1)
      if (!isOut(index)) yield { score: scores.get(index), label: labels[index] ?? null };
  }

  function* fates(validation: Uint8Array): Generator<Fate, undefined> {
    let at = 0;
    for (let index = 0; index < numbers.length; index += 1) {
      const number = numbers.get(index);
      const match = recipe.keepContaminated ? undefined : contaminated.get(number);
      const why = broken.get(number);
      if (why !== undefined) yield { rejected: why };
      else if (match !== undefined) yield { rejected: [contamination(match)] };
      else if (keptRows.get(index) !== NONE) yield { rejected: [duplicate(index)] };
      else {
        yield validation[at] === 1 ? 'validation' : 'train';
        at += 1;
      }
    }
  }

  /** The row that is kept in the end: the earlier one may have been left out in its turn. */
  function survivorOf(number: number): number {
    let [low, high] = [0, numbers.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (numbers.get(middle) < number) low = middle + 1;
      else high = middle;
    }
    const next = keptRows.get(low);
    return next === NONE ? number : survivorOf(next);
  }

  function duplicate(index: number): RowRejection {
    const why = whys.get(index);
    const kind = KINDS[Math.floor(why / (2 * SCALE))] ?? 'exact';
    const similarity = ((why % (2 * SCALE)) / SCALE).toFixed(3);
    const earlier = keptRows.get(index);
    const survivor = survivorOf(earlier);
    return {
      code: `${kind}_duplicate`,
      path: '$',
      message: `row ${earlier} ${
        kind === 'exact'
          ? 'says the same'
          : `${kind === 'near' ? 'says nearly the same' : 'means the same'} (similarity ${similarity}), with the same answer`
      }${survivor === earlier ? '' : `; row ${survivor} is kept for both`}`,
      remedy: BUILD_REMEDIES[`${kind}_duplicate`],
    };
  }
}

const contamination = ({ suite, case: id, kind, similarity }: ContaminationMatch): RowRejection => ({
  code: 'contaminated_by_eval',
  path: '$.messages',
  message: `eval suite ${suite}, case ${id}, ${kind === 'contained' ? 'stands in the prompt' : kind === 'exact' ? 'asks the same' : 'asks nearly the same'} (similarity ${similarity.toFixed(3)})`,
  remedy: BUILD_REMEDIES.contaminated_by_eval,
});
