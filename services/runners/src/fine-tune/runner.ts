import { nothingSent } from '@ftm/domain/fine-tune/cost';
import type { FineTuneState } from '@ftm/domain/fine-tune/state';
import { counter } from '@ftm/runtime/metrics';
import { ProviderError } from '../provider/provider-errors.ts';
import type { TrainingProvider } from '../provider/training-provider.ts';
import type { Outcome, Work } from '../tasks.ts';
import { approveCost, recordCost } from './cost.ts';
import type { Open } from './failures.ts';
import { follow } from './follow.ts';
import { jittered, nextPollMs, notBefore } from './schedule.ts';
import { settle, submit } from './submit.ts';

/** A job that waits for its turn asks again at least so often. */
const WAITER_POLL_MS = 20_000;

const failures = counter('ftm_provider_failures_total', 'What went wrong with the provider', ['kind']);

/**
 * One step of a fine-tune job; the log says which is next.
 *
 *   requested ─▶ cost approved ─▶ submit intended ─▶ submitted ─▶ followed to its end ─▶ cost recorded
 *
 * A crash between any two of them runs the step again. The only one that costs money is announced before it is taken, and when it is not known what became of it,
 * the provider is asked, never told again.
 */
export async function runFineTune(work: Work): Promise<Outcome> {
  const state = await work.load('fine-tune');
  try {
    return await nextStep(work, state);
  } catch (error) {
    if (!(error instanceof ProviderError) || state.status === 'absent') throw error;
    failures.inc({ kind: error.kind });
    work.logger.warn('the provider cannot be worked with now: it is tried again', { ftJob: work.id, error });
    const { FTM_PROVIDER_POLL_MS: minMs, FTM_PROVIDER_POLL_MAX_MS: maxMs } = work.config;
    // The longer nothing has happened, the more seldom; an outage of a day is survived without a storm.
    const quiet = { createdAt: Date.parse(state.updatedAt) / 1000, estimatedFinish: null };
    return {
      againInMs:
        error.retryAfterMs === null
          ? nextPollMs(quiet, { minMs, maxMs }, work.clock)
          : notBefore(error.retryAfterMs, work.clock),
    };
  }
}

async function nextStep(work: Work, state: FineTuneState): Promise<Outcome> {
  switch (state.status) {
    case 'absent':
      throw new Error('the job is not on the log yet');
    case 'blocked':
      await work.slots.release(work);
      return 'done';
    case 'failed':
    case 'canceled':
    case 'completed':
      await work.slots.release(work);
      return recordCost(work, state);
    case 'queued':
      // A submit whose outcome is not known is looked for, whatever has become of its approval.
      if (state.approval === null && nothingSent(state)) {
        // It may have had one, and may wait for long: others come first.
        await work.slots.release(work);
        return approveCost(work, state);
      }
      return send(work, state, await work.providerFor(work.tenantId, state.request.projectId));
    case 'running':
    case 'paused':
      if (state.submitted === null) throw new Error('a running job without a submission');
      return follow(
        work,
        { ...state, submitted: state.submitted },
        await work.providerFor(work.tenantId, state.request.projectId),
      );
  }
}

async function send(work: Work, state: Open, provider: TrainingProvider): Promise<Outcome> {
  const { intent } = state;
  if (intent !== null && state.refusal === null) {
    await work.slots.hold(work, provider.account);
    return settle(work, { ...state, intent }, provider);
  }
  const deferral = await work.slots.take(work, provider.account);
  if (deferral === null) return submit(work, state, provider);
  await work.record(`deferred:${state.version}`, { type: 'DeferSubmit', deferral });
  return { againInMs: jittered(Math.min(work.config.FTM_PROVIDER_POLL_MS, WAITER_POLL_MS), work.clock) };
}
