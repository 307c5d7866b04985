import { selectCheckpoint } from './select-checkpoint.ts';

const at = (step: number, validLoss: number | null) => ({
  id: `c${step}`,
  step,
  providerModelId: `m:ckpt-step-${step}`,
  trainLoss: 1,
  validLoss,
});

describe('the checkpoint of a job', () => {
  it('is the one with the lowest validation loss, and says so', () => {
    expect(selectCheckpoint([at(30, 0.5), at(20, 0.2), at(10, 0.4)])).toMatchObject({
      checkpointId: 'c20',
      providerModelId: 'm:ckpt-step-20',
      rule: 'best_validation_loss',
      reason: 'validation loss 0.2 at step 20, the lowest of 3 checkpoints that have one',
    });
  });
  it('is the latest of equals, and the last where none was validated', () => {
    expect(selectCheckpoint([at(10, 0.2), at(20, 0.2)])?.step).toBe(20);
    expect(selectCheckpoint([at(10, null), at(20, null)])).toMatchObject({ step: 20, rule: 'last' });
    expect(selectCheckpoint([])).toBeNull();
  });
});
