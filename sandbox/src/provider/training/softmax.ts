import type { Example, SoftmaxArtefact } from './artefact.ts';
import { BUCKETS, overlap, promptFeatures, stemsOf, type Features, type Prompt } from './features.ts';
import { ScoreSum, surprise, type Learner } from './learner.ts';

interface Row {
  readonly features: Features;
  readonly overlaps: Float32Array;
  /** Index of the label, -1 for an answer that training never showed. */
  readonly label: number;
}

export interface Candidate {
  readonly answer: string;
  readonly probability: number;
}

const LEARNING_RATE = 4;
const PRIOR_LEARNING_RATE = 0.05;
/**
 * Up to here the gradients of a batch are summed as if its rows came one by one; larger batches are damped to stay
 * stable.
 */
const UNDAMPED_BATCH = 16;

export interface SoftmaxOptions {
  readonly examples: readonly Example[];
  readonly validation: readonly Example[];
  readonly learningRateMultiplier: number;
  /** Trust in label words before training: the base model's own ability. */
  readonly prior: number;
  /** A model to go on from. */
  readonly from?: SoftmaxArtefact | undefined;
}

/** Multinomial logistic regression over hashed words and pairs, by stochastic gradient descent. */
export function createSoftmaxLearner(options: SoftmaxOptions): Learner {
  const labels = distinct([...(options.from?.labels ?? []), ...options.examples.map((each) => each.answer)]);
  const toRow = rowsFor(labels);
  const rows = options.examples.map(toRow);
  const validation = options.validation.map(toRow);
  const featureIds = seenFeatures(rows, options.from?.featureIds ?? new Uint32Array());
  const model = new Weights({ labels, featureIds, prior: options.prior });
  if (options.from !== undefined) model.copyFrom(options.from);
  const rate = LEARNING_RATE * options.learningRateMultiplier;
  const priorRate = PRIOR_LEARNING_RATE * options.learningRateMultiplier;
  const score = (indexes: Uint32Array, of: readonly Row[], probabilities: Float32Array[]) => {
    const sum = new ScoreSum();
    for (const index of indexes) {
      const row = of[index];
      if (row === undefined) continue;
      const found = model.probabilities(row.features, row.overlaps);
      sum.add(surprise(found[row.label] ?? 0), argmax(found) === row.label);
      probabilities.push(found);
    }
    return sum.mean();
  };
  return {
    size: rows.length,
    validationSize: validation.length,
    step(batch) {
      const probabilities: Float32Array[] = [];
      const before = score(batch, rows, probabilities);
      const damping = Math.sqrt(Math.max(1, batch.length / UNDAMPED_BATCH));
      batch.forEach((index, at) => {
        const row = rows[index];
        const found = probabilities[at];
        if (row === undefined || found === undefined) return;
        model.descend(row, found, rate / damping, priorRate / damping);
      });
      return before;
    },
    validate: (indexes) => score(indexes, validation, []),
    snapshot: () => model.snapshot(),
  };
}

/** Answers of a trained model with their probabilities, most likely first. */
export function softmaxCandidates(artefact: SoftmaxArtefact): (prompt: Prompt) => Candidate[] {
  const model = new Weights(artefact);
  model.copyFrom(artefact);
  return (prompt) => {
    const probabilities = model.probabilities(promptFeatures(prompt), overlapsOf(artefact.labels, prompt));
    return artefact.labels
      .map((answer, index) => ({ answer, probability: probabilities[index] ?? 0 }))
      .sort((left, right) => right.probability - left.probability);
  };
}

class Weights {
  readonly labels: readonly string[];
  readonly featureIds: Uint32Array;
  readonly weights: Float32Array;
  prior: number;
  readonly #rowOf = new Int32Array(BUCKETS).fill(-1);

  constructor(of: Pick<SoftmaxArtefact, 'labels' | 'featureIds' | 'prior'>) {
    this.labels = of.labels;
    this.featureIds = of.featureIds;
    this.weights = new Float32Array(of.featureIds.length * of.labels.length);
    this.prior = of.prior;
    of.featureIds.forEach((id, row) => (this.#rowOf[id] = row));
  }

  /** Takes over another model's weights where labels and features are shared. */
  copyFrom(other: SoftmaxArtefact): void {
    const column = other.labels.map((label) => this.labels.indexOf(label));
    other.featureIds.forEach((id, from) => {
      const to = this.#rowOf[id] ?? -1;
      if (to < 0) return;
      column.forEach((label, index) => {
        if (label < 0) return;
        this.weights[to * this.labels.length + label] =
          other.weights[from * other.labels.length + index] ?? 0;
      });
    });
    this.prior = other.prior;
  }

  probabilities(features: Features, overlaps: Float32Array): Float32Array {
    const width = this.labels.length;
    const scores = new Float32Array(width);
    for (let label = 0; label < width; label++) scores[label] = this.prior * (overlaps[label] ?? 0);
    features.ids.forEach((id, at) => {
      const row = this.#rowOf[id] ?? -1;
      if (row < 0) return;
      const value = features.values[at] ?? 0;
      const start = row * width;
      for (let label = 0; label < width; label++)
        scores[label] = (scores[label] ?? 0) + value * (this.weights[start + label] ?? 0);
    });
    return softmax(scores);
  }

  /** One gradient step of the cross entropy; `probabilities` is overwritten. */
  descend(row: Row, probabilities: Float32Array, rate: number, priorRate: number): void {
    const width = this.labels.length;
    if (row.label >= 0) probabilities[row.label] = (probabilities[row.label] ?? 0) - 1;
    let priorGradient = 0;
    for (let label = 0; label < width; label++)
      priorGradient += (probabilities[label] ?? 0) * (row.overlaps[label] ?? 0);
    this.prior -= priorRate * priorGradient;
    row.features.ids.forEach((id, at) => {
      const start = (this.#rowOf[id] ?? 0) * width;
      const scale = rate * (row.features.values[at] ?? 0);
      for (let label = 0; label < width; label++)
        this.weights[start + label] =
          (this.weights[start + label] ?? 0) - scale * (probabilities[label] ?? 0);
    });
  }

  snapshot(): SoftmaxArtefact {
    return {
      kind: 'softmax',
      labels: this.labels,
      featureIds: this.featureIds,
      weights: this.weights.slice(),
      prior: this.prior,
    };
  }
}

function rowsFor(labels: readonly string[]): (example: Example) => Row {
  const indexOf = new Map(labels.map((label, index) => [label, index]));
  return (example) => ({
    features: promptFeatures(example),
    overlaps: overlapsOf(labels, example),
    label: indexOf.get(example.answer) ?? -1,
  });
}

function overlapsOf(labels: readonly string[], prompt: Prompt): Float32Array {
  const stems = stemsOf(prompt.question);
  return Float32Array.from(labels, (label) => overlap(label, stems));
}

function seenFeatures(rows: readonly Row[], more: Uint32Array): Uint32Array {
  const seen = new Set<number>(more);
  for (const row of rows) for (const id of row.features.ids) seen.add(id);
  return Uint32Array.from(seen).sort();
}

export function softmax(scores: Float32Array): Float32Array {
  let highest = -Infinity;
  for (const score of scores) highest = Math.max(highest, score);
  let total = 0;
  const found = scores.map((score) => {
    const weight = Math.exp(score - highest);
    total += weight;
    return weight;
  });
  return found.map((weight) => weight / total);
}

function argmax(values: Float32Array): number {
  let best = 0;
  for (let index = 1; index < values.length; index++)
    if ((values[index] ?? 0) > (values[best] ?? 0)) best = index;
  return best;
}

export const distinct = (values: readonly string[]): string[] => [...new Set(values)];
