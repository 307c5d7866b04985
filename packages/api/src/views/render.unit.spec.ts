import type { EventName } from '@ftm/contracts/generated/events';
import { AGGREGATES, derivedUuid, type Aggregate } from '@ftm/contracts/ids';
import type { z } from 'zod';
import { Dataset, datasetResult, DATASET_STATUSES } from '../resources/datasets.ts';
import { Tenant, TENANT_STATUSES } from '../resources/erasures.ts';
import { EvalRun, EVAL_RUN_STATUSES } from '../resources/eval-runs.ts';
import { EvalSuite, EVAL_SUITE_STATUSES } from '../resources/eval-suites.ts';
import { FineTune, FT_JOB_STATUSES } from '../resources/ft-jobs.ts';
import { ModelVersion, MODEL_VERSION_STATUSES } from '../resources/model-versions.ts';
import {
  Budget,
  BUDGET_MONTH_STATUSES,
  BUDGET_STATUSES,
  BudgetMonth,
  PriceBook,
} from '../resources/money.ts';
import {
  POINTER_STATUSES,
  ProductionPointer,
  Promotion,
  PROMOTION_STATUSES,
} from '../resources/promotions.ts';
import { ReEval, RE_EVAL_STATUSES } from '../resources/re-evals.ts';
import { sampleState } from '../testing/samples.ts';
import { fields } from './fields.ts';
import { render } from './render.ts';

const ID = derivedUuid('sample');
const TENANT = 'acme';

interface Case {
  readonly schema: z.ZodType;
  readonly statuses: readonly string[];
  /** Histories that reach every status, with every event that the aggregate has. */
  readonly histories: readonly (readonly EventName[])[];
}

const DATASET: readonly EventName[] = ['DatasetRequested', 'GateAnswered', 'DatasetSanitizationStarted'];
const JOB: readonly EventName[] = ['FineTuneRequested', 'GateAnswered', 'FineTuneReestimated'];
const SENT: readonly EventName[] = [
  ...JOB,
  'FineTuneCostApprovalRequested',
  'FineTuneCostApproved',
  'FineTuneDeferred',
  'FineTuneSubmitIntended',
  'FineTuneSubmitted',
  'FineTuneProgressed',
];
const CASES: { readonly [A in Aggregate]: Case } = {
  dataset: {
    schema: Dataset,
    statuses: DATASET_STATUSES,
    histories: [
      ['DatasetRequested'],
      [...DATASET, 'DatasetProgressed'],
      [...DATASET, 'DatasetSanitized'],
      [...DATASET, 'DatasetFailed'],
      [...DATASET, 'DatasetBlocked', 'DatasetContaminationOverrideRequested'],
      [
        ...DATASET,
        'DatasetBlocked',
        'DatasetContaminationOverrideRequested',
        'DatasetContaminationOverridden',
      ],
      [...DATASET, 'DatasetSanitized', 'DatasetErasureRequested'],
      [...DATASET, 'DatasetSanitized', 'DatasetErasureRequested', 'DatasetErased'],
    ],
  },
  'eval-suite': {
    schema: EvalSuite,
    statuses: EVAL_SUITE_STATUSES,
    histories: [['EvalSuiteCreated', 'GateAnswered', 'EvalSuiteVersionPublished']],
  },
  'eval-run': {
    schema: EvalRun,
    statuses: EVAL_RUN_STATUSES,
    histories: [
      ['EvalRunRequested'],
      ['EvalRunRequested', 'EvalRunStarted'],
      ['EvalRunRequested', 'EvalRunStarted', 'EvalRunCompleted'],
      ['EvalRunRequested', 'EvalRunStarted', 'EvalRunFailed'],
      ['EvalRunRequested', 'EvalRunBlocked'],
      ['EvalRunRequested', 'EvalRunCanceled'],
    ],
  },
  'fine-tune': {
    schema: FineTune,
    statuses: FT_JOB_STATUSES,
    histories: [
      JOB,
      [...JOB, 'FineTuneCostApprovalRequested'],
      [...JOB, 'FineTuneCostApprovalRequested', 'FineTuneCostApproved', 'FineTuneDeferred'],
      [...JOB, 'FineTuneSubmitIntended', 'FineTuneSubmitRefused'],
      [...JOB, 'FineTuneSubmitIntended', 'FineTuneSubmitResolved'],
      SENT,
      [...SENT, 'FineTunePauseRequested', 'FineTunePaused'],
      [...SENT, 'FineTuneCancelRequested', 'FineTuneCanceled'],
      [...SENT, 'FineTuneSucceeded', 'FineTuneCostRecorded', 'FineTuneProviderFilesDeleted'],
      [...SENT, 'FineTuneFailed'],
      [...JOB, 'FineTuneBlocked'],
    ],
  },
  'model-version': {
    schema: ModelVersion,
    statuses: MODEL_VERSION_STATUSES,
    histories: [
      ['ModelVersionRegistered', 'ModelVersionEvaluated'],
      ['ModelVersionRegistered', 'ModelVersionPromoted'],
      ['ModelVersionRegistered', 'ModelVersionPromoted', 'ModelVersionDemoted'],
      ['ModelVersionRegistered', 'ModelEndOfLifeAnnounced', 'ModelEndOfLifeWarned', 'ModelVersionRetired'],
    ],
  },
  promotion: {
    schema: Promotion,
    statuses: PROMOTION_STATUSES,
    histories: [
      ['PromotionRequested'],
      ['PromotionRequested', 'PromotionApproved'],
      ['PromotionRequested', 'PromotionRejected'],
      ['PromotionRequested', 'PromotionBlocked'],
      ['PromotionRequested', 'PromotionApproved', 'PromotionRolledBack'],
    ],
  },
  'production-pointer': {
    schema: ProductionPointer,
    statuses: POINTER_STATUSES,
    histories: [
      ['PointerMoved'],
      ['PointerMoved', 'PointerOverridden'],
      ['PointerMoved', 'PointerRolledBack'],
    ],
  },
  're-eval': {
    schema: ReEval,
    statuses: RE_EVAL_STATUSES,
    histories: [
      ['ReEvalScheduled', 'ReEvalTriggered', 'RegressionDetected'],
      ['ReEvalScheduled', 'ReEvalUnscheduled'],
    ],
  },
  tenant: {
    schema: Tenant,
    statuses: TENANT_STATUSES,
    histories: [
      ['GateAnswered'],
      ['TenantErasureRequested'],
      ['TenantErasureRequested', 'TenantErasureConfirmed'],
      ['TenantErasureRequested', 'TenantErasureConfirmed', 'TenantErased'],
    ],
  },
  pricing: { schema: PriceBook, statuses: ['revised'], histories: [['PriceBookRevised']] },
  budget: { schema: Budget, statuses: BUDGET_STATUSES, histories: [['BudgetSet']] },
  'budget-month': {
    schema: BudgetMonth,
    statuses: BUDGET_MONTH_STATUSES,
    histories: [['BudgetHoldPlaced'], ['BudgetHoldPlaced', 'BudgetHoldSettled']],
  },
};

/** The same value; its keys are in another order, all the way down. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, each]) => [name, reversed(each)]),
  );
}

describe.each(AGGREGATES)('what is shown of %s', (aggregate) => {
  const { schema, statuses, histories } = CASES[aggregate];
  const shown = (types: readonly EventName[], filled: boolean) =>
    render(aggregate, TENANT, ID, sampleState(aggregate, types, filled) as never);
  const both = [true, false];

  it('is what its schema says, after every event, with all fields and with as few as there can be', () => {
    for (const types of histories)
      for (const filled of both) {
        const body = JSON.parse(JSON.stringify(shown(types, filled))) as unknown;
        expect(schema.safeParse(body).error?.issues ?? []).toEqual([]);
      }
  });

  it('has every status of its schema, and none besides', () => {
    const seen = histories.flatMap((types) => both.map((filled) => shown(types, filled)?.status));
    expect([...new Set(seen)].sort()).toEqual([...statuses].sort());
  });

  it('has the same fields in every status', () => {
    const names = histories.map((types) => Object.keys(shown(types, true) ?? {}).sort());
    for (const each of names) expect(each).toEqual(names[0]);
  });

  it('is the same bytes whichever way its state came: as it was decided, from the log, or from a row', () => {
    for (const types of histories) {
      const state = sampleState(aggregate, types, true);
      const [one, other] = [state, reversed(state)].map((each) =>
        JSON.stringify(render(aggregate, TENANT, ID, each as never)),
      );
      expect(one).toBe(other);
    }
  });

  it('is nothing before there is anything', () => {
    expect(render(aggregate, TENANT, ID, { status: 'absent' } as never)).toBeUndefined();
  });
});

describe('a field', () => {
  const record = { contentSha256: 'c' };

  it('that the schema lacks, or the record, does not compile', () => {
    // @ts-expect-error the record has fewer fields than a result has
    fields(datasetResult, record);
    // @ts-expect-error the schema has no such field
    expect(fields({}, record)).toEqual({ content_sha256: 'c' });
  });
});
