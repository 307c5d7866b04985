import type { CostEstimate } from '@ftm/contracts/generated/events';
import { billingRules } from '@ftm/dataset/tokens/billing';
import { calibrate, calibrated } from '@ftm/dataset/tokens/calibration';
import type { DatasetState } from '@ftm/domain/dataset/state';
import { readyDataset } from '@ftm/domain/fine-tune/decide';
import { estimateRange, type TokenBilledMethod } from '@ftm/domain/fine-tune/estimate';
import { priceFor } from '@ftm/domain/pricing/price-book';
import { Problem, rejectionProblem } from '../http/problem.ts';
import type { Call } from '../http/route.ts';
import { pricesOf } from '../pricing/prices.ts';
import type { Services } from '../services.ts';
import { stateOf } from '../states.ts';

/** Of a count by another vocabulary than the model's own. */
const FOREIGN_ENCODING_ERROR = 0.2;
/** What datasets are counted for that name no model. */
const USUAL_MODEL = 'gpt-4.1-mini';

/**
 * What a job would cost: the dataset as its writer knows it, its tokens corrected by what the tenant's earlier jobs were billed, at the price that is effective now.
 * @throws Problem when the dataset cannot be trained on, or the model has no price
 */
export async function estimateJob(
  services: Services,
  call: Call,
  asked: {
    readonly projectId: string;
    readonly method: TokenBilledMethod;
    readonly baseModel: string;
    readonly datasetId: string;
    readonly nEpochs: number | null;
  },
): Promise<CostEstimate> {
  const dataset: DatasetState = await stateOf(services, call, 'dataset', asked.datasetId);
  const ready = readyDataset(dataset, asked, 'dataset_id');
  if ('code' in ready) throw rejectionProblem(ready);
  const price = priceFor(asked.baseModel, 'training', await pricesOf(services, call));
  if (price === undefined)
    throw new Problem(
      'PRICE_UNKNOWN',
      `there is no training price for ${asked.baseModel}, so its cost cannot be governed; an admin can add one with PUT /v1/pricing`,
    );
  const calibration = calibrate(
    await services.costs.billedSamples(call.principal, asked.baseModel, asked.method),
  );
  const { trainTokens, trainRows } = ready;
  const tokens = calibrated(calibration, { tokens: trainTokens, messages: trainRows, rows: trainRows });
  const countedFor = dataset.status === 'absent' ? null : dataset.request.targetModel;
  const foreign =
    billingRules(countedFor ?? USUAL_MODEL).encoding !== billingRules(asked.baseModel).encoding &&
    calibration.samples === 0;
  return estimateRange({
    method: asked.method,
    rows: trainRows,
    trainingTokens: tokens.expected,
    tokenError: foreign ? FOREIGN_ENCODING_ERROR : 2 * calibration.relativeError,
    calibrationJobs: calibration.samples,
    nEpochs: asked.nEpochs,
    price,
  });
}
