import type { CheckpointChoice, FineTuneCheckpoint } from '@ftm/contracts/generated/events';

/** The checkpoint with the lowest validation loss, of equals the latest; the last one where none has any. Null when there is none. */
export function selectCheckpoint(checkpoints: readonly FineTuneCheckpoint[]): CheckpointChoice | null {
  const last = checkpoints.toSorted((a, b) => b.step - a.step)[0];
  if (last === undefined) return null;
  const validated = checkpoints
    .flatMap((each) => (each.validLoss === null ? [] : [{ ...each, loss: each.validLoss }]))
    .toSorted((a, b) => a.loss - b.loss || b.step - a.step);
  const [best] = validated;
  if (best === undefined)
    return choice(last, 'last', `no checkpoint has a validation loss, so the last one, of step ${last.step}`);
  return choice(
    best,
    'best_validation_loss',
    `validation loss ${best.loss} at step ${best.step}, the lowest of ${validated.length} checkpoints that have one`,
  );
}

const choice = (of: FineTuneCheckpoint, rule: string, reason: string): CheckpointChoice => ({
  checkpointId: of.id,
  providerModelId: of.providerModelId,
  step: of.step,
  rule,
  reason,
});
