import type { Reason } from '@ftm/contracts/generated/events';
import { joined, ourWords, type WithWords } from '@ftm/contracts/scanned-text';
import { billedTokens, isOver, nothingSent } from '@ftm/domain/fine-tune/cost';
import { priced } from '@ftm/domain/fine-tune/estimate';
import type { FineTuneState } from '@ftm/domain/fine-tune/state';
import { costOf, priceFor } from '@ftm/domain/pricing/price-book';
import { CommandRejected } from '@ftm/commands/steps';
import { pricesAt } from '../prices.ts';
import type { Outcome, Tools, Work } from '../tasks.ts';
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
export async function beforeSpending(work: Work, state: Open): Promise<Outcome | null> {
  const { approval, estimate, request } = state;
  if (approval === null) return approveCost(work, state);
  const now = nowOf(work);
  const price = priceFor(request.baseModel, 'training', await pricesAt(work, now));
  if (price === undefined) {
    const message = ourWords('the base model has no training price any more, so its cost cannot be governed');
    await block(work, state, 'pricing', [{ code: 'PRICE_UNKNOWN', message }]);
    return 'done';
  }
  if (price.usdMicrosPerMillion !== estimate.priceUsdMicrosPerMillion) {
    try {
      await work.record(`reestimated:${state.version}`, {
        type: 'RecordReestimated',
        estimate: priced(estimate, price),
      });
    } catch (error) {
      if (!(error instanceof CommandRejected) || error.code !== 'BUDGET_EXCEEDED') throw error;
      await block(work, state, 'budget', await reasonsOf(work, state, [error]));
      return 'done';
    }
    return { againInMs: 0 };
  }
  if (approval.expiresAt === null || !isOver(approval.expiresAt, now)) return null;
  await recordExpired(work, state, approval.expiresAt);
  return { againInMs: 0 };
}

/** Up to the job's own threshold its cost is approved by that; above it, by PRISM, which may take its time. */
export async function approveCost(work: Work, state: Open): Promise<Outcome> {
  const { request, estimate, pendingApproval: pending, approvalRound: round } = state;
  const amountUsdMicros = estimate.highUsdMicros;
  const of = { tenantId: work.tenantId, projectId: request.projectId, subject: `ft_job/${work.id}` };
  const approve = (approvalId: string | null, expiresAt: string | null): Promise<void> =>
    work.record(`cost-approved:${round}`, {
      type: 'ApproveFineTuneCost',
      approval: { approvalId, amountUsdMicros, expiresAt },
    });
  if (pending === null && state.expiredApprovals === null)
    await work.orchestrator.prismEstimate(
      { ...of, kind: 'fine_tune' },
      { low: estimate.lowUsdMicros, expected: estimate.expectedUsdMicros, high: estimate.highUsdMicros },
    );
  if (amountUsdMicros <= request.costThresholdUsdMicros) {
    await approve(null, null);
    return { againInMs: 0 };
  }
  if (pending === null) {
    const early = await tooEarly(work, state);
    if (early !== null) return early;
  }
  const answer =
    pending === null
      ? await work.orchestrator.requestApproval(
          { ...of, amountUsdMicros, reason: 'fine-tune job' },
          `${of.subject}:approval:${round}`,
        )
      : await work.orchestrator.getApproval(pending.approvalId);
  const later = { againInMs: work.config.FTM_APPROVAL_POLL_MS };
  if (answer.status === 'denied') {
    const given = await reasonsOf(work, state, answer.reasons);
    await block(work, state, 'prism', given.length > 0 ? given : [COST_DENIED]);
    return 'done';
  }
  if (answer.status === 'approved' && !isOver(answer.expiresAt, nowOf(work))) {
    await approve(answer.approvalId, answer.expiresAt);
    return { againInMs: 0 };
  }
  // What is new is on the log first: that it has run out is said of something.
  if (pending === null)
    await work.record(`cost-pending:${round}`, {
      type: 'RecordCostApprovalRequested',
      approval: { approvalId: answer.approvalId, amountUsdMicros },
    });
  if (answer.expiresAt !== null && isOver(answer.expiresAt, nowOf(work)))
    await recordExpired(work, state, answer.expiresAt);
  return later;
}

/**
 * Approvals that run out before they can be used are asked for ever more seldom, and the job says what it waits for: each costs two events, and nobody there may be looking.
 * @returns null when PRISM may be asked now
 */
async function tooEarly(work: Work, state: Open): Promise<Outcome | null> {
  const { expiredApprovals: expired } = state;
  if (expired === null) return null;
  const { FTM_APPROVAL_POLL_MS: minMs } = work.config;
  const pauseMs = Math.min(minMs * 2 ** Math.min(expired.count - 1, 20), Math.max(minMs, MOST_PAUSE_MS));
  const leftMs = Date.parse(expired.lastAt) + pauseMs - work.clock.now();
  if (leftMs <= 0) return null;
  if (expired.count >= TOLD_AFTER)
    await work.record(`deferred:${state.version}`, {
      type: 'DeferSubmit',
      deferral: {
        code: 'APPROVAL_EXPIRES_EARLY',
        message: ourWords(
          'the approvals that PRISM gave have run out before they could be used: it is asked again, more and more seldom; let its approvals hold for longer, or cancel the job',
        ),
      },
    });
  return { againInMs: jittered(leftMs, work.clock) };
}

/** What was trained is billed, also of a job that did not get to its end. */
export async function recordCost(
  work: Work,
  state: Extract<FineTuneState, { status: 'completed' | 'failed' | 'canceled' }>,
): Promise<Outcome> {
  const trainedTokens = billedTokens(state);
  if (state.cost !== null || trainedTokens === null) return 'done';
  const { request, estimate } = state;
  const actualUsdMicros = costOf(trainedTokens, estimate.priceUsdMicrosPerMillion);
  const subject = `ft_job/${work.id}`;
  const { usageId } = await work.orchestrator.recordUsage(
    {
      tenantId: work.tenantId,
      projectId: request.projectId,
      subject,
      kind: 'fine_tune',
      amountUsdMicros: actualUsdMicros,
      tokens: trainedTokens,
    },
    `${subject}:usage`,
  );
  await work.record('cost', {
    type: 'RecordCost',
    cost: { trainedTokens, actualUsdMicros, estimatedUsdMicros: estimate.expectedUsdMicros, usageId },
  });
  return 'done';
}

const nowOf = ({ clock }: Tools): string => new Date(clock.now()).toISOString();

const recordExpired = (work: Work, state: Open, expiresAt: string): Promise<void> =>
  work.record(`approval-expired:${state.approvalRound}`, {
    type: 'RecordCostApprovalExpired',
    expiresAt,
  });

/** Nothing has left; where that cannot be said any more, because an attempt is without an answer, the job has failed. */
async function block(
  work: Work,
  state: Open,
  gate: string,
  reasons: readonly WithWords<Reason>[],
): Promise<void> {
  if (nothingSent(state)) await work.record(`blocked:${gate}`, { type: 'BlockFineTune', gate, reasons });
  else
    await fail(work, state, {
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
  work: Work,
  { request: { projectId } }: Open,
  reasons: readonly Reason[],
): Promise<WithWords<Reason>[]> =>
  Promise.all(
    reasons.map(async ({ code, message }) => ({
      code,
      message:
        (await scanned(work, { tenantId: work.tenantId, projectId }, message)) ??
        ourWords('a reason was given, which TRiSM could not be asked to read'),
    })),
  );
