import type { Artefact, Example } from './artefact.ts';
import { createDpoLearner } from './dpo.ts';
import type { Learner, Score } from './learner.ts';
import { createRandom, shuffledOrder } from './random.ts';
import { createRetrievalLearner } from './retrieval.ts';
import { readExamples, readPreferences, type Method } from './rows.ts';
import { createSoftmaxLearner, distinct } from './softmax.ts';

export interface TrainingPlan {
  readonly method: Method;
  readonly trainingPath: string;
  readonly validationPath: string | undefined;
  readonly epochs: number;
  /** Rows. */
  readonly batchSize: number;
  readonly learningRateMultiplier: number;
  readonly beta: number;
  readonly seed: number;
  /** Trust of the base model in label words, see {@link priorOf}. */
  readonly prior: number;
}

/** One step's metrics; null where there is no validation file, `full` at the end of an epoch. */
export interface StepMetrics {
  readonly step: number;
  readonly totalSteps: number;
  readonly train: Score;
  readonly valid: Score | null;
  readonly fullValid: Score | null;
}

export interface TrainingHooks {
  /** After each step, in order. */
  onStep(metrics: StepMetrics): void;
  /** After the last step of each epoch. */
  onEpoch(metrics: StepMetrics, artefact: Artefact): Promise<void>;
}

const MAX_CLASSES = 500;
const SHORT_ANSWER_WORDS = 6;
const MIN_ROWS_PER_CLASS = 2;

/** Trains from beginning to end. Deterministic: equal files, plan and model to go on from give equal weights. */
export async function train(
  plan: TrainingPlan,
  from: Artefact | undefined,
  hooks: TrainingHooks,
): Promise<void> {
  const { learner, rows } = await createLearner(plan, from);
  const random = createRandom(plan.seed);
  const stepsPerEpoch = Math.ceil(rows.length / plan.batchSize);
  const totalSteps = stepsPerEpoch * plan.epochs;
  const everything = Uint32Array.from({ length: learner.validationSize }, (_, index) => index);
  let step = 0;
  for (let epoch = 0; epoch < plan.epochs; epoch++) {
    const order = shuffledOrder(rows.length, random);
    for (let start = 0; start < rows.length; start += plan.batchSize) {
      const batch = order.subarray(start, start + plan.batchSize);
      const score = learner.step(Uint32Array.from([...batch].flatMap((row) => rows[row] ?? [])));
      step++;
      const last = step % stepsPerEpoch === 0;
      const metrics: StepMetrics = {
        step,
        totalSteps,
        train: score,
        valid: everything.length === 0 ? null : learner.validate(sample(everything, plan.batchSize, random)),
        fullValid: everything.length === 0 || !last ? null : learner.validate(everything),
      };
      hooks.onStep(metrics);
      if (last) await hooks.onEpoch(metrics, learner.snapshot());
    }
  }
}

/** A learner, and which of its rows each row of the file gave. */
async function createLearner(
  plan: TrainingPlan,
  from: Artefact | undefined,
): Promise<{ learner: Learner; rows: number[][] }> {
  const { learningRateMultiplier, seed, prior, beta } = plan;
  if (plan.method === 'dpo') {
    const preferences = await readPreferences(plan.trainingPath);
    const validation = plan.validationPath === undefined ? [] : await readPreferences(plan.validationPath);
    const learner = createDpoLearner({ preferences, validation, learningRateMultiplier, beta, from });
    return { learner, rows: preferences.map((_, index) => [index]) };
  }
  const conversations = await readExamples(plan.trainingPath);
  const validation =
    plan.validationPath === undefined ? [] : (await readExamples(plan.validationPath)).flat();
  const examples = conversations.flat();
  let next = 0;
  const rows = conversations.map((each) => each.map(() => next++));
  const base = from?.kind === 'dpo' ? from.base : from;
  const learner = answersRepeat(examples)
    ? createSoftmaxLearner({
        examples,
        validation,
        learningRateMultiplier,
        prior,
        from: base?.kind === 'softmax' ? base : undefined,
      })
    : createRetrievalLearner({
        examples,
        validation,
        learningRateMultiplier,
        seed,
        from: base?.kind === 'retrieval' ? base : undefined,
      });
  return { learner, rows };
}

/** Whether the task is to choose among known answers: few of them, and repeated or as short as labels are. */
export function answersRepeat(examples: readonly Pick<Example, 'answer'>[]): boolean {
  const answers = distinct(examples.map((each) => each.answer));
  if (answers.length > MAX_CLASSES) return false;
  if (examples.length >= MIN_ROWS_PER_CLASS * answers.length) return true;
  const words = answers.map((answer) => answer.split(/\s+/u).length).sort((left, right) => left - right);
  return (words[Math.floor(words.length / 2)] ?? 0) <= SHORT_ANSWER_WORDS;
}

function sample(rows: Uint32Array, size: number, random: () => number): Uint32Array {
  return Uint32Array.from(
    { length: Math.min(size, rows.length) },
    () => rows[Math.floor(random() * rows.length)] ?? 0,
  );
}
