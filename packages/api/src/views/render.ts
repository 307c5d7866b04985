import type { z } from 'zod';
import type { Aggregate } from '@ftm/contracts/ids';
import type { StateOf } from '@ftm/domain/aggregates';
import type { Facts } from '@ftm/domain/facts';
import type { Dataset } from '../resources/datasets.ts';
import type { Tenant } from '../resources/erasures.ts';
import type { EvalRun } from '../resources/eval-runs.ts';
import type { EvalSuite } from '../resources/eval-suites.ts';
import type { FineTune } from '../resources/ft-jobs.ts';
import type { ModelVersion } from '../resources/model-versions.ts';
import type { Budget, BudgetMonth, PriceBook } from '../resources/money.ts';
import type { ProductionPointer, Promotion } from '../resources/promotions.ts';
import type { ReEval } from '../resources/re-evals.ts';
import { viewDataset } from './dataset.ts';
import { viewEvalRun, viewEvalSuite } from './eval.ts';
import { viewFineTune } from './fine-tune.ts';
import { viewModelVersion, viewProductionPointer, viewPromotion, viewReEval } from './model.ts';
import { viewBudget, viewBudgetMonth, viewPricing } from './money.ts';
import type { Known, Shown } from './shown.ts';
import { viewTenant } from './tenant.ts';

interface Schemas {
  readonly dataset: typeof Dataset;
  readonly 'eval-suite': typeof EvalSuite;
  readonly 'eval-run': typeof EvalRun;
  readonly 'fine-tune': typeof FineTune;
  readonly 'model-version': typeof ModelVersion;
  readonly promotion: typeof Promotion;
  readonly 'production-pointer': typeof ProductionPointer;
  readonly 're-eval': typeof ReEval;
  readonly tenant: typeof Tenant;
  readonly pricing: typeof PriceBook;
  readonly budget: typeof Budget;
  readonly 'budget-month': typeof BudgetMonth;
}

/** A resource as every answer shows it. */
export type Rendered<A extends Aggregate = Aggregate> = { [K in A]: z.input<Schemas[K]> }[A];

const VIEWS: {
  readonly [A in Aggregate]: (state: Known<StateOf<A>>, tenantId: string, id: string) => Shown<Rendered<A>>;
} = {
  dataset: viewDataset,
  'eval-suite': viewEvalSuite,
  'eval-run': viewEvalRun,
  'fine-tune': viewFineTune,
  'model-version': viewModelVersion,
  promotion: viewPromotion,
  'production-pointer': viewProductionPointer,
  're-eval': viewReEval,
  tenant: viewTenant,
  pricing: viewPricing,
  budget: viewBudget,
  'budget-month': viewBudgetMonth,
};

/**
 * A resource as every answer shows it; undefined of what is not there. It is made of the state alone: the same state is the same text, now and in a year. Every field is
 * there in every status; what the status does not have is null.
 */
export function render<A extends Aggregate>(
  aggregate: A,
  tenantId: string,
  id: string,
  state: StateOf<A>,
): Rendered<A> | undefined {
  if (state.status === 'absent') return undefined;
  const facts = state as Facts;
  const view = VIEWS[aggregate] as (known: object, tenantId: string, id: string) => object;
  return {
    id,
    object: aggregate.replaceAll('-', '_'),
    status: state.status,
    ...view(state, tenantId, id),
    version: facts.version,
    created_at: facts.createdAt,
    updated_at: facts.updatedAt,
    created_by: facts.createdBy,
    governance_decision_id: facts.governanceDecisionId,
    orchestrator_audit_id: `${tenantId}/${facts.lastSeq}`,
    // Every view and every part above is typed; that they are the whole is what the schemas check in specs.
  } as Rendered<A>;
}
