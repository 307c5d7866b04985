import { parentPort, workerData } from 'node:worker_threads';
import { readArtefact, writeArtefact } from './artefact.ts';
import { inspectFile, type Inspection, type Method } from './rows.ts';
import { train, type StepMetrics, type TrainingPlan } from './train.ts';

export interface InspectTask {
  readonly kind: 'inspect';
  readonly path: string;
  readonly method: Method;
}

export interface TrainTask {
  readonly kind: 'train';
  readonly plan: TrainingPlan;
  /** Weights to go on from. */
  readonly fromPath: string | undefined;
  /** Where the weights after each epoch are written: `<prefix>-<step>.bin`. */
  readonly weightsPrefix: string;
  /** Steps that were told before, in a run that was cut off: done again without the pause between steps. */
  readonly knownSteps: number;
}

export type Task = InspectTask | TrainTask;

export type WorkerMessage =
  /** Of the pool: a thread was free. */
  | { readonly kind: 'started' }
  | { readonly kind: 'inspected'; readonly inspection: Inspection }
  | { readonly kind: 'step'; readonly metrics: StepMetrics }
  | { readonly kind: 'epoch'; readonly metrics: StepMetrics; readonly path: string }
  | { readonly kind: 'trained'; readonly csv: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Steps told of one job; beyond that every n-th, and the last of each epoch. */
const STEPS_TOLD = 200;

/** [0]: milliseconds to wait after each step, changed from outside while training runs. */
const pace = workerData as Int32Array;
const never = new Int32Array(new SharedArrayBuffer(4));

const tell = (message: WorkerMessage): void => parentPort?.postMessage(message);

parentPort?.on('message', (task: Task) => {
  run(task).catch((error: unknown) =>
    tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) }),
  );
});

async function run(task: Task): Promise<void> {
  if (task.kind === 'inspect') {
    tell({ kind: 'inspected', inspection: await inspectFile(task.path, task.method) });
    return;
  }
  const from = task.fromPath === undefined ? undefined : await readArtefact(task.fromPath);
  const csv = ['step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy'];
  await train(task.plan, from, {
    onStep(metrics) {
      csv.push(csvLine(metrics));
      const every = Math.max(1, Math.ceil(metrics.totalSteps / STEPS_TOLD));
      const told = metrics.step % every === 0 || metrics.step === 1 || metrics.step === metrics.totalSteps;
      if (told || metrics.fullValid !== null) tell({ kind: 'step', metrics });
      const waitMs = Atomics.load(pace, 0);
      if (waitMs > 0 && metrics.step > task.knownSteps) Atomics.wait(never, 0, 0, waitMs);
    },
    async onEpoch(metrics, artefact) {
      const path = `${task.weightsPrefix}-${metrics.step}.bin`;
      await writeArtefact(path, artefact);
      tell({ kind: 'epoch', metrics, path });
    },
  });
  tell({ kind: 'trained', csv: csv.join('\n') + '\n' });
}

function csvLine({ step, train: score, valid }: StepMetrics): string {
  const numbers = [score.loss, score.accuracy, valid?.loss, valid?.accuracy];
  return [step, ...numbers.map((each) => (each === undefined ? '' : each.toFixed(5)))].join(',');
}
