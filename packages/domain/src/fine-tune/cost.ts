import type {
  CostEstimate,
  FineTuneCanceled,
  FineTuneCostRecorded,
  FineTuneCostVarianceDetected,
  FineTuneFailed,
  FineTuneSubmitIntended,
  FineTuneSubmitRefused,
  FineTuneSucceeded,
} from '@ftm/contracts/generated/events';
import { costOf } from '../pricing/price-book.ts';

/** A difference up to this share of the estimate is told of by the figures alone. */
export const VARIANCE_TOLERANCE = 0.2;

/** Actual beside expected; the ratio is null when nothing was expected. */
export function costVariance({
  estimatedUsdMicros,
  actualUsdMicros,
}: Pick<FineTuneCostRecorded, 'estimatedUsdMicros' | 'actualUsdMicros'>): {
  readonly event: FineTuneCostVarianceDetected;
  readonly beyondTolerance: boolean;
} {
  const varianceUsdMicros = actualUsdMicros - estimatedUsdMicros;
  const varianceRatio = estimatedUsdMicros === 0 ? null : varianceUsdMicros / estimatedUsdMicros;
  return {
    event: {
      estimatedUsdMicros,
      actualUsdMicros,
      varianceUsdMicros,
      varianceRatio,
      toleranceRatio: VARIANCE_TOLERANCE,
    },
    beyondTolerance:
      varianceRatio === null ? varianceUsdMicros !== 0 : Math.abs(varianceRatio) > VARIANCE_TOLERANCE,
  };
}

/**
 * What a job that ends without a model has cost: the tokens that the provider names, and nothing when nothing can have been trained.
 * @param before the job as it was at its end
 * @param trainedTokens as the provider says; null when it does not say
 * @returns in millionths of a US dollar; null when a job was sent and nobody knows
 */
export function costOfEnded(
  before: {
    readonly intent: FineTuneSubmitIntended | null;
    readonly refusal: FineTuneSubmitRefused | null;
    readonly estimate: CostEstimate;
  },
  trainedTokens: number | null,
): number | null {
  if (trainedTokens !== null) return costOf(trainedTokens, before.estimate.priceUsdMicrosPerMillion);
  return nothingSent(before) ? 0 : null;
}

/** The tokens that the provider bills of a job that has ended; null when it bills none or does not say. */
export function billedTokens(
  state:
    | {
        readonly status: 'completed';
        readonly result: Pick<FineTuneSucceeded, 'trainedTokens' | 'tokensUnknown'>;
      }
    | { readonly status: 'failed'; readonly failure: Pick<FineTuneFailed, 'trainedTokens'> }
    | { readonly status: 'canceled'; readonly canceled: Pick<FineTuneCanceled, 'trainedTokens'> },
): number | null {
  if (state.status === 'completed') return state.result.tokensUnknown ? null : state.result.trainedTokens;
  const { trainedTokens } = state.status === 'failed' ? state.failure : state.canceled;
  return (trainedTokens ?? 0) > 0 ? trainedTokens : null;
}

/** No attempt has been announced, or the provider refused the last one: nothing there can be ours, or cost anything. */
export const nothingSent = ({
  intent,
  refusal,
}: {
  readonly intent: FineTuneSubmitIntended | null;
  readonly refusal: FineTuneSubmitRefused | null;
}): boolean => intent === null || refusal !== null;

/** Whether an approval has run out. @param expiresAt ISO 8601; null: never */
export const isOver = (expiresAt: string | null, now: string): boolean =>
  expiresAt !== null && Date.parse(expiresAt) <= Date.parse(now);
