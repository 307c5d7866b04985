import type { Artefact } from './artefact.ts';

/** Mean loss and share of right answers over some rows. */
export interface Score {
  readonly loss: number;
  readonly accuracy: number;
}

/** A model while it learns; rows are named by their index. */
export interface Learner {
  readonly size: number;
  readonly validationSize: number;
  /** One step over a batch; the score is that of the weights before the step. */
  step(batch: Uint32Array): Score;
  /** Score on validation rows; weights stay as they are. */
  validate(rows: Uint32Array): Score;
  snapshot(): Artefact;
}

/** Sums up row by row. */
export class ScoreSum {
  #loss = 0;
  #right = 0;
  #count = 0;

  add(loss: number, right: boolean): void {
    this.#loss += loss;
    this.#right += right ? 1 : 0;
    this.#count++;
  }

  mean(): Score {
    const count = Math.max(1, this.#count);
    return { loss: this.#loss / count, accuracy: this.#right / count };
  }
}

/** -log p with a floor, so that an impossible answer costs a finite loss. */
export const surprise = (probability: number): number => -Math.log(Math.max(probability, 1e-5));
