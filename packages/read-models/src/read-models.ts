import type { Aggregate } from '@ftm/contracts/ids';
import type { StateOf } from '@ftm/domain/aggregates';
import { budgetMonths } from './budget-month.ts';
import { budgets } from './budget.ts';
import { datasets } from './dataset.ts';
import { evalRuns } from './eval-run.ts';
import { evalSuites } from './eval-suite.ts';
import { fineTunes } from './fine-tune.ts';
import { modelVersions } from './model-version.ts';
import { priceBooks } from './pricing.ts';
import { productionPointers } from './production-pointer.ts';
import { promotions } from './promotion.ts';
import type { ReadModel } from './read-model.ts';
import { reEvals } from './re-eval.ts';
import { tenants } from './tenant.ts';

/** One read model for each aggregate: one that is missing does not compile. */
export const READ_MODELS: { readonly [A in Aggregate]: ReadModel<StateOf<A>> } = {
  dataset: datasets,
  'eval-suite': evalSuites,
  'eval-run': evalRuns,
  'fine-tune': fineTunes,
  'model-version': modelVersions,
  promotion: promotions,
  'production-pointer': productionPointers,
  're-eval': reEvals,
  tenant: tenants,
  pricing: priceBooks,
  budget: budgets,
  'budget-month': budgetMonths,
};
