import type { Reason } from '@ftm/contracts/generated/events';
import { joined, ourWords, type WithWords } from '@ftm/contracts/scanned-text';
import { billedTokens, isOver, nothingSent } from '@ftm/domain/fine-tune/cost';
import { priced } from '@ftm/domain/fine-tune/estimate';
import type { FineTuneState } from '@ftm/domain/fine-tune/state';
import { costOf, priceFor } from '@ftm/domain/pricing/price-book';
import { CommandRejected } from '@ftm/commands/steps';
import { pricesAt } from '../prices.ts';
import type { Job, Outcome, Tools } from '../tasks.ts';
import { scanned } from '../words.ts';
import { fail, type Open } from './failures.ts';
import { jittered } from './schedule.ts';

/** Between two requests for an approval, at most. */
const MOST_PAUSE_MS = 3_600_000;
/** One that ran out is nothing to speak of: somebody was slow. */
const TOLD_AFTER = 2;

/**
 * Nothing is paid for without an approval that holds at that moment: it covers the high end of the estimate at the price of the day, and has not run out. Otherwise what does
 * not hold any more is recorded, and PRISM is asked anew.
 * @returns null when the job may be submitted
 */
export async function beforeSpending(job: Job, state: Open, tools: Tools): Promise<Outcome | null> {
  const { approval, estimate, request } = state;
  if (approval === null) return approveCost(job, state, tools);
  const now = nowOf(tools);
  const price = priceFor(request.baseModel, 'training', await pricesAt(job, tools, now));
  if (price === undefined) {
    const message = ourWords('the base model has no training price any more, so its cost cannot be governed');
    await block(job, state, tools, 'pricing', [{ code: 'PRICE_UNKNOWN', message }]);
    return 'done';
  }
  if (price.usdMicrosPerMillion !== estimate.priceUsdMicrosPerMillion) {
    try {
      await tools.commands.send(job, `reestimated:${state.version}`, {
        type: 'RecordReestimated',
        id: job.id,
        estimate: priced(estimate, price),
      });
    } catch (error) {
      if (!(error instanceof CommandRejected) || error.code !== 'BUDGET_EXCEEDED') throw error;
      await block(job, state, tools, 'budget', await reasonsOf(job, state, tools, [error]));
      return 'done';
    }
    return { againInMs: 0 };
  }
  if (approval.expiresAt === null || !isOver(approval.expiresAt, now)) return null;
  await recordExpired(job, state, tools, approval.expiresAt);
  return { againInMs: 0 };
}

/** Up to the job's own threshold its cost is approved by that; above it, by PRISM, which may take its time. */
export async function approveCost(job: Job, state: Open, tools: Tools): Promise<Outcome> {
  const { request, estimate, pendingApproval: pending, approvalRound: round } = state;
  const amountUsdMicros = estimate.highUsdMicros;
  const of = { tenantId: job.tenantId, projectId: request.projectId, subject: `ft_job/${job.id}` };
  const approve = (approvalId: string | null, expiresAt: string | null): Promise<void> =>
    tools.commands.send(job, `cost-approved:${round}`, {
      type: 'ApproveFineTuneCost',
      id: job.id,
      approval: { approvalId, amountUsdMicros, expiresAt },
    });
  if (pending === null && state.expiredApprovals === null)
    await tools.orchestrator.prismEstimate(
      { ...of, kind: 'fine_tune' },
      { low: estimate.lowUsdMicros, expected: estimate.expectedUsdMicros, high: estimate.highUsdMicros },
    );
  if (amountUsdMicros <= request.costThresholdUsdMicros) {
    await approve(null, null);
    return { againInMs: 0 };
  }
  if (pending === null) {
    const early = await tooEarly(job, state, tools);
    if (early !== null) return early;
  }
  const answer =
    pending === null
      ? await tools.orchestrator.requestApproval(
          { ...of, amountUsdMicros, reason: 'fine-tune job' },
          `${of.subject}:approval:${round}`,
        )
      : await tools.orchestrator.getApproval(pending.approvalId);
  const later = { againInMs: tools.config.FTM_APPROVAL_POLL_MS };
  if (answer.status === 'denied') {
    const given = await reasonsOf(job, state, tools, answer.reasons);
    await block(job, state, tools, 'prism', given.length > 0 ? given : [COST_DENIED]);
    return 'done';
  }
  if (answer.status === 'approved' && !isOver(answer.expiresAt, nowOf(tools))) {
    await approve(answer.approvalId, answer.expiresAt);
    return { againInMs: 0 };
  }
  // What is new is on the log first: that it has run out is said of something.
  if (pending === null)
    await tools.commands.send(job, `cost-pending:${round}`, {
      type: 'RecordCostApprovalRequested',
      id: job.id,
      approval: { approvalId: answer.approvalId, amountUsdMicros },
    });
  if (answer.expiresAt !== null && isOver(answer.expiresAt, nowOf(tools)))
    await recordExpired(job, state, tools, answer.expiresAt);
  return later;
}

/**
 * Approvals that run out before they can be used are asked for ever more seldom, and the job says what it waits for: each costs two events, and nobody there may be looking.
 * @returns null when PRISM may be asked now
 */
async function tooEarly(job: Job, state: Open, tools: Tools): Promise<Outcome | null> {
  const { expiredApprovals: expired } = state;
  if (expired === null) return null;
  const { FTM_APPROVAL_POLL_MS: minMs } = tools.config;
  const pauseMs = Math.min(minMs * 2 ** Math.min(expired.count - 1, 20), Math.max(minMs, MOST_PAUSE_MS));
  const leftMs = Date.parse(expired.lastAt) + pauseMs - tools.clock.now();
  if (leftMs <= 0) return null;
  if (expired.count >= TOLD_AFTER)
    await tools.commands.send(job, `deferred:${state.version}`, {
      type: 'DeferSubmit',
      id: job.id,
      deferral: {
        code: 'APPROVAL_EXPIRES_EARLY',
        message: ourWords(
          'the approvals that PRISM gave have run out before they could be used: it is asked again, more and more seldom; let its approvals hold for longer, or cancel the job',
        ),
      },
    });
  return { againInMs: jittered(leftMs, tools.clock) };
}

/** What was trained is billed, also of a job that did not get to its end. */
export async function recordCost(
  job: Job,
  state: Extract<FineTuneState, { status: 'completed' | 'failed' | 'canceled' }>,
  tools: Tools,
): Promise<Outcome> {
  const trainedTokens = billedTokens(state);
  if (state.cost !== null || trainedTokens === null) return 'done';
  const { request, estimate } = state;
  const actualUsdMicros = costOf(trainedTokens, estimate.priceUsdMicrosPerMillion);
  const subject = `ft_job/${job.id}`;
  const { usageId } = await tools.orchestrator.recordUsage(
    {
      tenantId: job.tenantId,
      projectId: request.projectId,
      subject,
      kind: 'fine_tune',
      amountUsdMicros: actualUsdMicros,
      tokens: trainedTokens,
    },
    `${subject}:usage`,
  );
  await tools.commands.send(job, 'cost', {
    type: 'RecordCost',
    id: job.id,
    cost: { trainedTokens, actualUsdMicros, estimatedUsdMicros: estimate.expectedUsdMicros, usageId },
  });
  return 'done';
}

const nowOf = ({ clock }: Tools): string => new Date(clock.now()).toISOString();

const recordExpired = (job: Job, state: Open, tools: Tools, expiresAt: string): Promise<void> =>
  tools.commands.send(job, `approval-expired:${state.approvalRound}`, {
    type: 'RecordCostApprovalExpired',
    id: job.id,
    expiresAt,
  });

/** Nothing has left; where that cannot be said any more, because an attempt is without an answer, the job has failed. */
async function block(
  job: Job,
  state: Open,
  tools: Tools,
  gate: string,
  reasons: readonly WithWords<Reason>[],
): Promise<void> {
  if (nothingSent(state))
    await tools.commands.send(job, `blocked:${gate}`, { type: 'BlockFineTune', id: job.id, gate, reasons });
  else
    await fail(job, state, tools, {
      code: reasons[0]?.code ?? COST_DENIED.code,
      message: joined(
        reasons.map(({ message }) => message),
        '; ',
      ),
    });
}

const COST_DENIED: WithWords<Reason> = { code: 'COST_DENIED', message: ourWords('the cost was denied') };

/** Reasons that others give are words of people, too: TRiSM reads them before the log does. */
const reasonsOf = (
  { tenantId }: Job,
  { request: { projectId } }: Open,
  tools: Tools,
  reasons: readonly Reason[],
): Promise<WithWords<Reason>[]> =>
  Promise.all(
    reasons.map(async ({ code, message }) => ({
      code,
      message:
        (await scanned(tools, { tenantId, projectId }, message)) ??
        ourWords('a reason was given, which TRiSM could not be asked to read'),
    })),
  );
