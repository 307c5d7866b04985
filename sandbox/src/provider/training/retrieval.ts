import type { Example, RetrievalArtefact } from './artefact.ts';
import { BUCKETS, promptFeatures, stemsOf, type Features, type Prompt } from './features.ts';
import { ScoreSum, surprise, type Learner } from './learner.ts';
import { createRandom } from './random.ts';
import { softmax, type Candidate } from './softmax.ts';

const LEARNING_RATE = 0.2;
const NEGATIVES = 8;
/** Share of a question's features that is hidden in training, so that the model learns to find it by the rest. */
const HIDDEN_SHARE = 0.4;
const SHARPNESS = 10;
const NEIGHBOURS = 16;

export interface RetrievalOptions {
  readonly examples: readonly Example[];
  readonly validation: readonly Example[];
  readonly learningRateMultiplier: number;
  readonly seed: number;
  readonly from?: RetrievalArtefact | undefined;
}

/**
 * For answers that do not repeat: the answer of the nearest training question. What is learned is how much each word
 * tells: a question with words hidden must be closer to itself than to others drawn at random.
 */
export function createRetrievalLearner(options: RetrievalOptions): Learner {
  const examples = [...(options.from?.examples ?? []), ...options.examples];
  const firstNew = examples.length - options.examples.length;
  const features = examples.map(promptFeatures);
  const weights = new Float32Array(BUCKETS).fill(1);
  options.from?.featureIds.forEach((id, index) => (weights[id] = options.from?.featureWeights[index] ?? 1));
  const random = createRandom(options.seed ^ 0x5bd1e995);
  const rate = LEARNING_RATE * options.learningRateMultiplier;
  let find: ((prompt: Prompt) => Candidate[]) | undefined;
  const artefact = (): RetrievalArtefact => {
    const featureIds = Uint32Array.from(new Set(features.flatMap((each) => [...each.ids]))).sort();
    return {
      kind: 'retrieval',
      examples,
      featureIds,
      featureWeights: Float32Array.from(featureIds, (id) => weights[id] ?? 1),
    };
  };
  const learnFrom = (index: number, sum: ScoreSum): void => {
    const own = features[firstNew + index];
    if (own === undefined) return;
    const partial = hideSome(own, random);
    const others = Array.from(
      { length: NEGATIVES },
      () => features[Math.floor(random() * features.length)] ?? own,
    );
    const compared = [own, ...others.filter((each) => each !== own)];
    const scores = compared.map((each) => SHARPNESS * weightedDot(partial, each, weights));
    const found = softmax(Float32Array.from(scores));
    sum.add(surprise(found[0] ?? 0), (found[0] ?? 0) >= Math.max(...found.subarray(1), 0));
    compared.forEach((each, at) => {
      const push = (at === 0 ? 1 : 0) - (found[at] ?? 0);
      addShared(partial, each, weights, rate * push);
    });
  };
  return {
    size: options.examples.length,
    validationSize: options.validation.length,
    step(batch) {
      const sum = new ScoreSum();
      for (const index of batch) learnFrom(index, sum);
      return sum.mean();
    },
    validate(rows) {
      find ??= searcher(examples, features, (id) => weights[id] ?? 1);
      const sum = new ScoreSum();
      for (const index of rows) {
        const row = options.validation[index];
        if (row === undefined) continue;
        const likeness = answerLikeness(find(row)[0]?.answer ?? '', row.answer);
        sum.add(surprise(likeness), likeness > 0.5);
      }
      return sum.mean();
    },
    snapshot: artefact,
  };
}

/** Answers of the nearest training questions, nearest first; probabilities are the sharpened likenesses. */
export function retrievalCandidates(artefact: RetrievalArtefact): (prompt: Prompt) => Candidate[] {
  const weights = new Map<number, number>();
  artefact.featureIds.forEach((id, index) => weights.set(id, artefact.featureWeights[index] ?? 1));
  return searcher(artefact.examples, artefact.examples.map(promptFeatures), (id) => weights.get(id) ?? 0);
}

/** An inverted index: only rows that share a feature with the question are looked at. */
function searcher(
  examples: readonly Example[],
  features: readonly Features[],
  weightOf: (id: number) => number,
): (prompt: Prompt) => Candidate[] {
  const rowsOf = new Map<number, { row: number; value: number }[]>();
  features.forEach((each, row) => {
    each.ids.forEach((id, at) => {
      const entry = { row, value: each.values[at] ?? 0 };
      const list = rowsOf.get(id);
      if (list === undefined) rowsOf.set(id, [entry]);
      else list.push(entry);
    });
  });
  return (prompt) => {
    const asked = promptFeatures(prompt);
    const scores = new Map<number, number>();
    asked.ids.forEach((id, at) => {
      const weight = weightOf(id) * (asked.values[at] ?? 0);
      for (const { row, value } of rowsOf.get(id) ?? [])
        scores.set(row, (scores.get(row) ?? 0) + weight * value);
    });
    const nearest = [...scores]
      .sort((left, right) => right[1] - left[1] || left[0] - right[0])
      .slice(0, NEIGHBOURS);
    const probabilities = softmax(Float32Array.from(nearest, ([, score]) => SHARPNESS * score));
    return nearest.map(([row], at) => ({
      answer: examples[row]?.answer ?? '',
      probability: probabilities[at] ?? 0,
    }));
  };
}

/** Share of words in common (Dice), 0..1. */
export function answerLikeness(left: string, right: string): number {
  if (left === right) return 1;
  const a = stemsOf(left);
  const b = stemsOf(right);
  if (a.size + b.size === 0) return 0;
  const shared = [...a].filter((word) => b.has(word)).length;
  return (2 * shared) / (a.size + b.size);
}

function hideSome(features: Features, random: () => number): Features {
  const kept = [...features.ids.keys()].filter(() => random() >= HIDDEN_SHARE);
  return {
    ids: Uint32Array.from(kept, (at) => features.ids[at] ?? 0),
    values: Float32Array.from(kept, (at) => features.values[at] ?? 0),
  };
}

function shared(left: Features, right: Features, visit: (id: number, product: number) => void): void {
  let at = 0;
  left.ids.forEach((id, index) => {
    while ((right.ids[at] ?? Infinity) < id) at++;
    if (right.ids[at] === id) visit(id, (left.values[index] ?? 0) * (right.values[at] ?? 0));
  });
}

function weightedDot(left: Features, right: Features, weights: Float32Array): number {
  let total = 0;
  shared(left, right, (id, product) => (total += product * (weights[id] ?? 1)));
  return total;
}

function addShared(left: Features, right: Features, weights: Float32Array, scale: number): void {
  shared(left, right, (id, product) => {
    // A word may come to mean nothing, never the opposite of itself.
    weights[id] = Math.max(0, (weights[id] ?? 1) + scale * SHARPNESS * product);
  });
}
