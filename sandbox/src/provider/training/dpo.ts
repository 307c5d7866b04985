import type { DpoArtefact, Example, RetrievalArtefact, SoftmaxArtefact } from './artefact.ts';
import { promptFeatures, textFeatures, type Features, type Prompt } from './features.ts';
import { ScoreSum, surprise, type Learner } from './learner.ts';
import { hashText } from './random.ts';
import { retrievalCandidates } from './retrieval.ts';
import { softmax, softmaxCandidates, type Candidate } from './softmax.ts';

/** One comparison: the same prompt, the answer that was liked and the one that was not. */
export interface Preference {
  readonly question: string;
  readonly history: string;
  readonly preferred: string;
  readonly rejected: string;
}

const DIMENSIONS = 1 << 17;
const LEARNING_RATE = 1;
/** How strongly the reference model pulls back, per unit of beta. */
const PULL = 0.01;
/** Candidates of the base model that are compared. */
const CANDIDATES = 24;

export interface DpoOptions {
  readonly preferences: readonly Preference[];
  readonly validation: readonly Preference[];
  readonly learningRateMultiplier: number;
  readonly beta: number;
  /** The model to improve; without one, the answers of the preferences themselves are the candidates. */
  readonly from?: SoftmaxArtefact | RetrievalArtefact | DpoArtefact | undefined;
}

/** Bradley–Terry: the chance that one answer is preferred is the logistic of the difference of two linear scores. */
export function createDpoLearner(options: DpoOptions): Learner {
  const weights = options.from?.kind === 'dpo' ? options.from.weights.slice() : new Float32Array(DIMENSIONS);
  const rows = options.preferences.map(difference);
  const validation = options.validation.map(difference);
  const rate = LEARNING_RATE * options.learningRateMultiplier;
  const margin = (row: SparseSum): number => {
    let total = 0;
    for (const [id, value] of row) total += value * (weights[id] ?? 0);
    return total;
  };
  return {
    size: rows.length,
    validationSize: validation.length,
    step(batch) {
      const sum = new ScoreSum();
      for (const index of batch) {
        const row = rows[index];
        if (row === undefined) continue;
        const chance = logistic(margin(row));
        sum.add(surprise(chance), chance > 0.5);
        for (const [id, value] of row) {
          const kept = (weights[id] ?? 0) * (1 - rate * options.beta * PULL);
          weights[id] = kept + rate * (1 - chance) * value;
        }
      }
      return sum.mean();
    },
    validate(indexes) {
      const sum = new ScoreSum();
      for (const index of indexes) {
        const chance = logistic(margin(validation[index] ?? new Map()));
        sum.add(surprise(chance), chance > 0.5);
      }
      return sum.mean();
    },
    snapshot: () => ({ kind: 'dpo', base: baseOf(options), weights: weights.slice() }),
  };
}

/** The base model's candidates, reordered by what was learned from the comparisons. */
export function dpoCandidates(artefact: DpoArtefact): (prompt: Prompt) => Candidate[] {
  const propose =
    artefact.base.kind === 'softmax' ? softmaxCandidates(artefact.base) : retrievalCandidates(artefact.base);
  return (prompt) => {
    const features = promptFeatures(prompt);
    const proposed = propose(prompt).slice(0, CANDIDATES);
    const scores = proposed.map(({ answer, probability }) => {
      let score = Math.log(Math.max(probability, 1e-6));
      for (const [id, value] of pairFeatures(features, answer)) score += value * (artefact.weights[id] ?? 0);
      return score;
    });
    const probabilities = softmax(Float32Array.from(scores));
    return proposed
      .map(({ answer }, at) => ({ answer, probability: probabilities[at] ?? 0 }))
      .sort((left, right) => right.probability - left.probability);
  };
}

function baseOf(options: DpoOptions): SoftmaxArtefact | RetrievalArtefact {
  if (options.from?.kind === 'dpo') return options.from.base;
  if (options.from !== undefined) return options.from;
  const examples: Example[] = options.preferences.flatMap(({ question, history, preferred, rejected }) => [
    { question, history, answer: preferred },
    { question, history, answer: rejected },
  ]);
  const featureIds = Uint32Array.from(
    new Set(examples.flatMap((each) => [...promptFeatures(each).ids])),
  ).sort();
  return {
    kind: 'retrieval',
    examples,
    featureIds,
    featureWeights: new Float32Array(featureIds.length).fill(1),
  };
}

type SparseSum = ReadonlyMap<number, number>;

function difference(preference: Preference): SparseSum {
  const prompt = promptFeatures(preference);
  const sum = new Map(pairFeatures(prompt, preference.preferred));
  for (const [id, value] of pairFeatures(prompt, preference.rejected))
    sum.set(id, (sum.get(id) ?? 0) - value);
  return sum;
}

/** What an answer is like by itself (words, length), and which answer it is to which words of the question. */
function pairFeatures(prompt: Features, answer: string): SparseSum {
  const sum = new Map<number, number>();
  const add = (id: number, value: number) => sum.set(id, (sum.get(id) ?? 0) + value);
  const own = textFeatures(answer);
  own.ids.forEach((id, at) => add(id, own.values[at] ?? 0));
  add(DIMENSIONS - 1, Math.log1p(answer.length) / 10);
  const identity = hashText(answer);
  prompt.ids.forEach((id, at) =>
    add(hashText(`${id}:${identity}`) % (DIMENSIONS - 1), prompt.values[at] ?? 0),
  );
  return sum;
}

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));
