import type { FineTuneCostRecorded, FineTuneCostVarianceDetected } from '@ftm/contracts/generated/events';

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
