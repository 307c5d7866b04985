import type { Aggregate } from '@ftm/contracts/ids';
import { foldEvents, type AggregateRules, type Fold, type Scope, type Scoped } from './aggregate.ts';
import { budget } from './budget/budget.ts';
import { budgetMonth } from './budget-month/budget-month.ts';
import { dataset } from './dataset/dataset.ts';
import { evalRun } from './eval-run/eval-run.ts';
import { evalSuite } from './eval-suite/eval-suite.ts';
import type { PastEvent } from './event-meta.ts';
import { fineTune } from './fine-tune/fine-tune.ts';
import { modelVersion } from './model-version/model-version.ts';
import { pricing } from './pricing/pricing.ts';
import { productionPointer } from './production-pointer/production-pointer.ts';
import { promotion } from './promotion/promotion.ts';
import { reEval } from './re-eval/re-eval.ts';
import { tenant } from './tenant/tenant.ts';

/** Every aggregate: one that `schemas/` has and this has not does not compile. */
export const REGISTRY = {
  dataset,
  'eval-suite': evalSuite,
  'eval-run': evalRun,
  'fine-tune': fineTune,
  'model-version': modelVersion,
  promotion,
  'production-pointer': productionPointer,
  're-eval': reEval,
  tenant,
  pricing,
  budget,
  'budget-month': budgetMonth,
} as const satisfies { readonly [A in Aggregate]: AggregateRules<unknown, never> };

export type States = { readonly [A in Aggregate]: (typeof REGISTRY)[A]['initial'] };

export type StateOf<A extends Aggregate> = States[A];

/** How every aggregate is folded: what decisions, read models and reconstructions are made of. */
export const AGGREGATE_FOLDS: { readonly [A in Aggregate]: Fold<StateOf<A>> } = { ...REGISTRY };

/** The fold of an aggregate that is only known at run time. */
export const foldOf = (aggregate: Aggregate): Fold<States[Aggregate]> => AGGREGATE_FOLDS[aggregate];

export const fold = <A extends Aggregate>(aggregate: A, events: readonly PastEvent[]): StateOf<A> =>
  foldEvents<StateOf<A>>(AGGREGATE_FOLDS[aggregate], events);

const SCOPES: { readonly [A in Aggregate]: Scoped<StateOf<A>> } = REGISTRY;

/** Whose a resource is, as its aggregate says; null for one that is not there, which is in nobody's scope. */
export const projectOf = <A extends Aggregate>(aggregate: A, state: StateOf<A>): Scope | null =>
  SCOPES[aggregate].projectOf(state);
