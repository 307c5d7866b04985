import { nothingSent } from '@ftm/domain/fine-tune/cost';
import type { FineTuneState } from '@ftm/domain/fine-tune/state';
import { counter } from '@ftm/runtime/metrics';
import { ProviderError } from '../provider/provider-errors.ts';
import type { TrainingProvider } from '../provider/training-provider.ts';
import type { Job, Outcome, Tools } from '../tasks.ts';
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
export async function runFineTune(job: Job, tools: Tools): Promise<Outcome> {
  const state = await tools.commands.load(job.tenantId, 'fine-tune', job.id);
  try {
    return await nextStep(job, state, tools);
  } catch (error) {
    if (!(error instanceof ProviderError) || state.status === 'absent') throw error;
    failures.inc({ kind: error.kind });
    tools.logger.warn('the provider cannot be worked with now: it is tried again', { ftJob: job.id, error });
    const { FTM_PROVIDER_POLL_MS: minMs, FTM_PROVIDER_POLL_MAX_MS: maxMs } = tools.config;
    // The longer nothing has happened, the more seldom; an outage of a day is survived without a storm.
    const quiet = { createdAt: Date.parse(state.updatedAt) / 1000, estimatedFinish: null };
    return {
      againInMs:
        error.retryAfterMs === null
          ? nextPollMs(quiet, { minMs, maxMs }, tools.clock)
          : notBefore(error.retryAfterMs, tools.clock),
    };
  }
}

async function nextStep(job: Job, state: FineTuneState, tools: Tools): Promise<Outcome> {
  switch (state.status) {
    case 'absent':
      throw new Error('the job is not on the log yet');
    case 'blocked':
      await tools.slots.release(job);
      return 'done';
    case 'failed':
    case 'canceled':
    case 'completed':
      await tools.slots.release(job);
      return recordCost(job, state, tools);
    case 'queued':
      // A submit whose outcome is not known is looked for, whatever has become of its approval.
      if (state.approval === null && nothingSent(state)) {
        // It may have had one, and may wait for long: others come first.
        await tools.slots.release(job);
        return approveCost(job, state, tools);
      }
      return send(job, state, tools, await tools.providerFor(job.tenantId, state.request.projectId));
    case 'running':
    case 'paused':
      if (state.submitted === null) throw new Error('a running job without a submission');
      return follow(
        job,
        { ...state, submitted: state.submitted },
        tools,
        await tools.providerFor(job.tenantId, state.request.projectId),
      );
  }
}

async function send(job: Job, state: Open, tools: Tools, provider: TrainingProvider): Promise<Outcome> {
  const { intent } = state;
  if (intent !== null && state.refusal === null) {
    await tools.slots.hold(job, provider.account);
    return settle(job, { ...state, intent }, tools, provider);
  }
  const deferral = await tools.slots.take(job, provider.account);
  if (deferral === null) return submit(job, state, tools, provider);
  await tools.commands.send(job, `deferred:${state.version}`, { type: 'DeferSubmit', id: job.id, deferral });
  return { againInMs: jittered(Math.min(tools.config.FTM_PROVIDER_POLL_MS, WAITER_POLL_MS), tools.clock) };
}
