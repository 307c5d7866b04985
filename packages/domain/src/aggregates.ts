import type { FtmEvent } from '@ftm/contracts/generated/events';
import type { Aggregate } from '@ftm/contracts/ids';
import { evolveBudget, initialBudget, type BudgetState } from './budget/state.ts';
import { evolveBudgetMonth, initialBudgetMonth, type BudgetMonthState } from './budget-month/state.ts';
import { evolveDataset, initialDataset, type DatasetState } from './dataset/state.ts';
import { evolveEvalRun, initialEvalRun, type EvalRunState } from './eval-run/state.ts';
import { evolveEvalSuite, initialEvalSuite, type EvalSuiteState } from './eval-suite/state.ts';
import type { EventMeta, PastEvent } from './event-meta.ts';
import { evolveFineTune, initialFineTune, type FineTuneState } from './fine-tune/state.ts';
import { evolveModelVersion, initialModelVersion, type ModelVersionState } from './model-version/state.ts';
import { evolvePricing, initialPricing, type PricingState } from './pricing/state.ts';
import {
  evolveProductionPointer,
  initialProductionPointer,
  type ProductionPointerState,
} from './production-pointer/state.ts';
import { evolvePromotion, initialPromotion, type PromotionState } from './promotion/state.ts';
import { evolveReEval, initialReEval, type ReEvalState } from './re-eval/state.ts';
import { evolveTenant, initialTenant, type TenantState } from './tenant/state.ts';

export interface States {
  readonly dataset: DatasetState;
  readonly 'eval-suite': EvalSuiteState;
  readonly 'eval-run': EvalRunState;
  readonly 'fine-tune': FineTuneState;
  readonly 'model-version': ModelVersionState;
  readonly promotion: PromotionState;
  readonly 'production-pointer': ProductionPointerState;
  readonly 're-eval': ReEvalState;
  readonly tenant: TenantState;
  readonly pricing: PricingState;
  readonly budget: BudgetState;
  readonly 'budget-month': BudgetMonthState;
}

export type StateOf<A extends Aggregate> = States[A];

interface Fold<S> {
  readonly initial: S;
  /** @throws ImpossibleEvent for an event that cannot follow, ForeignEvent for one of another aggregate */
  evolve(state: S, event: FtmEvent, meta: EventMeta): S;
}

/** An event on a stream of another aggregate. */
export class ForeignEvent extends Error {
  constructor(type: string, aggregate: string) {
    super(`${type} does not belong on a stream of ${aggregate}`);
    this.name = 'ForeignEvent';
  }
}

/** How every aggregate is folded: what decisions, read models and reconstructions are made of. */
export const AGGREGATE_FOLDS: { readonly [A in Aggregate]: Fold<StateOf<A>> } = {
  dataset: folding('dataset', ['Dataset'], initialDataset, evolveDataset),
  'eval-suite': folding('eval-suite', ['EvalSuite'], initialEvalSuite, evolveEvalSuite),
  'eval-run': folding('eval-run', ['EvalRun'], initialEvalRun, evolveEvalRun),
  'fine-tune': folding('fine-tune', ['FineTune'], initialFineTune, evolveFineTune),
  'model-version': folding(
    'model-version',
    ['ModelVersion', 'ModelEndOfLife'],
    initialModelVersion,
    evolveModelVersion,
  ),
  promotion: folding('promotion', ['Promotion'], initialPromotion, evolvePromotion),
  'production-pointer': folding(
    'production-pointer',
    ['Pointer'],
    initialProductionPointer,
    evolveProductionPointer,
  ),
  're-eval': folding('re-eval', ['ReEval', 'Regression'], initialReEval, evolveReEval),
  tenant: folding('tenant', ['Tenant'], initialTenant, evolveTenant),
  pricing: folding('pricing', ['PriceBook'], initialPricing, evolvePricing),
  budget: folding('budget', ['BudgetSet'], initialBudget, evolveBudget),
  'budget-month': folding('budget-month', ['BudgetHold'], initialBudgetMonth, evolveBudgetMonth),
};

/** The fold of an aggregate that is only known at run time. */
export const foldOf = (aggregate: Aggregate): Fold<States[Aggregate]> => AGGREGATE_FOLDS[aggregate];

export function fold<A extends Aggregate>(aggregate: A, events: readonly PastEvent[]): StateOf<A> {
  const { initial, evolve } = AGGREGATE_FOLDS[aggregate];
  return events.reduce<StateOf<A>>((state, { event, meta }) => evolve(state, event, meta), initial);
}

function folding<S, E extends FtmEvent>(
  aggregate: Aggregate,
  prefixes: readonly string[],
  initial: S,
  evolve: (state: S, event: E, meta: EventMeta) => S,
): Fold<S> {
  return {
    initial,
    evolve(state, event, meta) {
      if (event.type !== 'GateAnswered' && !prefixes.some((prefix) => event.type.startsWith(prefix)))
        throw new ForeignEvent(event.type, aggregate);
      return evolve(state, event as E, meta);
    },
  };
}
