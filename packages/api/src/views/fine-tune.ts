import type { z } from 'zod';
import { derivedUuid } from '@ftm/contracts/ids';
import { costVariance } from '@ftm/domain/fine-tune/cost';
import type { FineTuneState } from '@ftm/domain/fine-tune/state';
import { ftJobRequest, ftJobResult, type FineTune } from '../resources/ft-jobs.ts';
import { snake } from '../snake.ts';
import { fields, fieldsOrNulls, noRefusal } from './fields.ts';
import { labelsOf, timesOf } from './labels.ts';
import type { Known, Shown } from './shown.ts';

type Answer = z.input<typeof FineTune>;

/** What the model of a job is registered as: one for each job. */
export const modelVersionIdOf = (tenantId: string, jobId: string): string =>
  derivedUuid(tenantId, 'model-version', jobId);

export function viewFineTune(state: Known<FineTuneState>, tenantId: string, id: string): Shown<Answer> {
  return {
    ...fields(ftJobRequest, state.request),
    ...labelsOf(state),
    ...timesOf(state),
    estimate: snake(state.estimate),
    approval: approval(state),
    submit_attempt: state.intent?.attempt ?? null,
    submit_refusal: snake(state.refusal),
    submit_resolution: snake(state.resolution),
    provider_job_id: state.submitted?.providerJobId ?? null,
    waits_for: state.status === 'queued' ? snake(state.deferral) : null,
    progress: snake(state.progress),
    wanted: state.wanted,
    cancel_reason: state.cancelReason,
    actual_usd_micros: state.cost?.actualUsdMicros ?? null,
    provider_files_deleted: state.filesDeleted !== null,
    cost: state.cost === null ? null : { ...snake(state.cost), ...snake(costVariance(state.cost).event) },
    cost_unknown: 'costUnknown' in state && state.costUnknown,
    ...fieldsOrNulls(ftJobResult, resultOf(state)),
    model_version_id: state.status === 'completed' ? modelVersionIdOf(tenantId, id) : null,
    canceled: state.status === 'canceled' ? snake(state.canceled) : null,
    ...(state.status === 'blocked' ? { gate: state.gate, reasons: snake(state.reasons) } : noRefusal),
    failure: state.status === 'failed' ? snake(state.failure) : null,
  };
}

function resultOf(state: Known<FineTuneState>) {
  if (state.status !== 'completed') return null;
  const { providerModelId, hyperparameters, checkpoints, selectedCheckpoint } = state.result;
  return {
    providerModelId,
    trainedTokens: state.result.tokensUnknown ? null : state.result.trainedTokens,
    resolvedHyperparameters: hyperparameters,
    checkpoints,
    selectedCheckpoint,
  };
}

function approval({ approval: given, pendingApproval: asked }: Known<FineTuneState>): Answer['approval'] {
  if (given !== null) return { ...snake(given), state: 'approved' };
  return asked === null ? null : { ...snake(asked), expires_at: null, state: 'asked' };
}
