import { ourWords } from '@ftm/contracts/scanned-text';
import { streamId } from '@ftm/contracts/ids';
import { budgetMonthId } from '../budget-month/state.ts';
import { datasetRequested, datasetSanitized, fineTuneRequested, gate, PROJECT } from '../testing/examples.ts';
import { given, type Past } from '../testing/spec.ts';
import type { Command } from '../command.ts';

const dataset = 'dataset/d1' as const;
const job = 'fine-tune/f1' as const;
const month = streamId('budget-month', budgetMonthId(PROJECT, '2026-01'));
const { trainObject: _t, validationObject: _v, contaminationApprovedBy: _c, ...asked } = fineTuneRequested;
const request: Command = {
  type: 'RequestFineTune',
  id: 'f1',
  request: asked,
  gates: [gate()],
};
const building: Past[] = [{ stream: dataset, event: { type: 'DatasetRequested', data: datasetRequested } }];
const ready: Past[] = [
  ...building,
  { stream: dataset, event: { type: 'DatasetSanitized', data: datasetSanitized } },
];
const requested: Past[] = [
  ...ready,
  { stream: job, event: { type: 'FineTuneRequested', data: fineTuneRequested } },
];
const approved: Past[] = [
  ...requested,
  {
    stream: job,
    event: { type: 'FineTuneCostApproved', data: { approvalId: null, amountUsdMicros: 3, expiresAt: null } },
  },
];
const intent = { attempt: 1, requestSha256: 'x', trainingFileId: 'file', validationFileId: null };
const intended: Past[] = [
  ...approved,
  { stream: job, event: { type: 'FineTuneSubmitIntended', data: intent } },
];
const submitted: Past[] = [
  ...intended,
  {
    stream: job,
    event: { type: 'FineTuneSubmitted', data: { attempt: 1, providerJobId: 'j1', adopted: false } },
  },
];
const result = {
  providerModelId: 'ft:m',
  trainedTokens: 5,
  tokensUnknown: false,
  hyperparameters: fineTuneRequested.hyperparameters,
  curveObject: fineTuneRequested.trainObject,
  checkpoints: [],
  selectedCheckpoint: null,
};

describe('a fine-tune job', () => {
  it('is made only of a sanitised dataset of the project, in the method’s format', async () => {
    await given(...ready)
      .when(request)
      .thenGives(
        { type: 'FineTuneRequested', data: fineTuneRequested },
        { type: 'GateAnswered', data: gate() },
        {
          stream: month,
          event: {
            type: 'BudgetHoldPlaced',
            data: { projectId: PROJECT, month: '2026-01', ftJobId: 'f1', amountUsdMicros: 3 },
          },
        },
      );
    await given(...building)
      .when(request)
      .thenRejects('DATASET_NOT_READY');
    await given().when(request).thenRejects('DATASET_NOT_FOUND');
    await given(...ready)
      .when({ ...request, request: { ...asked, projectId: 'p2' } })
      .thenRejects('DATASET_NOT_FOUND');
    await given(...ready)
      .when({ ...request, request: { ...asked, method: 'dpo' } })
      .thenRejects('DATASET_FORMAT_MISMATCH');
    const small: Past[] = [
      ...building,
      { stream: dataset, event: { type: 'DatasetSanitized', data: { ...datasetSanitized, trainRows: 9 } } },
    ];
    await given(...small)
      .when(request)
      .thenRejects('DATASET_TOO_SMALL');
  });
  it('binds the exact bytes of the dataset', async () => {
    await given(...ready)
      .when(request)
      .thenGives(
        { type: 'FineTuneRequested', data: fineTuneRequested },
        { type: 'GateAnswered', data: gate() },
        {
          stream: month,
          event: {
            type: 'BudgetHoldPlaced',
            data: { projectId: PROJECT, month: '2026-01', ftJobId: 'f1', amountUsdMicros: 3 },
          },
        },
      );
  });
  it('is blocked by a gate, with the answer on the log', async () => {
    await given(...ready)
      .when({ ...request, gates: [gate('deny')] })
      .thenGives(
        { type: 'FineTuneRequested', data: fineTuneRequested },
        { type: 'GateAnswered', data: gate('deny') },
        { type: 'FineTuneBlocked', data: { gate: 'g', reasons: gate('deny').reasons } },
      );
  });
  it('announces the paid request only once its cost is approved', async () => {
    const intend: Command = { type: 'IntendSubmit', id: 'f1', intent };
    await given(...requested)
      .when(intend)
      .thenRejects('COST_NOT_APPROVED');
    await given(...approved)
      .when(intend)
      .thenGives({ type: 'FineTuneSubmitIntended', data: { ...intent, attempt: 1 } });
    // Only the run that announced it may send it: another one, even with the same request, is refused.
    await given(...intended)
      .when(intend)
      .thenRejects('SUBMIT_INTENDED');
    await given(...submitted)
      .when(intend)
      .thenRejects('FT_JOB_SUBMITTED');
  });
  it('is not announced a second time unless the tenant’s policy is to resubmit', async () => {
    const second: Command = { type: 'IntendSubmit', id: 'f1', intent: { ...intent, attempt: 2 } };
    await given(...intended)
      .when(second)
      .thenRejects('SUBMIT_AMBIGUOUS');
    const daring = intended.map((each) =>
      each.event.type === 'FineTuneRequested'
        ? {
            ...each,
            event: { ...each.event, data: { ...each.event.data, ambiguityPolicy: 'resubmit' as const } },
          }
        : each,
    );
    await given(...daring)
      .when(second)
      .thenGives({ type: 'FineTuneSubmitIntended', data: { ...intent, attempt: 2 } });
  });
  it('is announced again after a refusal, which is certain to have made nothing', async () => {
    const refused: Past[] = [
      ...intended,
      {
        stream: job,
        event: {
          type: 'FineTuneSubmitRefused',
          data: { attempt: 1, kind: 'rate_limit', code: 'rate_limit_exceeded' },
        },
      },
    ];
    const refusal = { attempt: 1, kind: 'rate_limit', code: 'rate_limit_exceeded' };
    await given(...intended)
      .when({ type: 'RecordSubmitRefused', id: 'f1', refusal })
      .thenGives({ type: 'FineTuneSubmitRefused', data: refusal });
    await given(...refused)
      .when({ type: 'RecordSubmitRefused', id: 'f1', refusal })
      .thenGives();
    await given(...refused)
      .when({ type: 'IntendSubmit', id: 'f1', intent: { ...intent, attempt: 2 } })
      .thenGives({ type: 'FineTuneSubmitIntended', data: { ...intent, attempt: 2 } });
    await given(...refused)
      .when({ type: 'RequestCancel', id: 'f1', reason: ourWords('r') })
      .thenGives(
        { type: 'FineTuneCancelRequested', data: { reason: 'r' } },
        { type: 'FineTuneCanceled', data: { reason: 'r', trainedTokens: null, mirrorObject: null } },
      );
    await given(...refused)
      .when({
        type: 'ResolveSubmit',
        id: 'f1',
        resolution: { decision: 'fail', providerJobId: null, reason: ourWords('r') },
      })
      .thenRejects('SUBMIT_NOT_AMBIGUOUS');
  });
  it('that is ambiguous is resolved by an operator', async () => {
    const resolve = (
      decision: 'resubmit' | 'adopt' | 'fail',
      providerJobId: string | null = null,
    ): Command => ({
      type: 'ResolveSubmit',
      id: 'f1',
      resolution: { decision, providerJobId, reason: ourWords('looked at the provider') },
    });
    const [resolved] = await given(...intended)
      .when(resolve('resubmit'))
      .thenGives({
        type: 'FineTuneSubmitResolved',
        data: { attempt: 1, decision: 'resubmit', providerJobId: null, reason: 'looked at the provider' },
      });
    if (resolved === undefined) throw new Error('nothing was resolved');
    await given(...intended, resolved)
      .when({ type: 'IntendSubmit', id: 'f1', intent: { ...intent, attempt: 2 } })
      .thenGives({ type: 'FineTuneSubmitIntended', data: { ...intent, attempt: 2 } });
    await given(...intended)
      .when(resolve('adopt'))
      .thenRejects('PROVIDER_JOB_ID_MISSING');
    await given(...intended)
      .when(resolve('adopt', 'j9'))
      .thenGives({
        type: 'FineTuneSubmitResolved',
        data: { attempt: 1, decision: 'adopt', providerJobId: 'j9', reason: 'looked at the provider' },
      });
    await given(...intended)
      .when(resolve('fail'))
      .thenGives(
        {
          type: 'FineTuneSubmitResolved',
          data: { attempt: 1, decision: 'fail', providerJobId: null, reason: 'looked at the provider' },
        },
        {
          type: 'FineTuneFailed',
          data: {
            code: 'SUBMIT_AMBIGUOUS',
            message: 'an operator ended the job: it is not known whether the provider has it',
            remedy: 'look for the job at the provider and cancel it there, then ask for a new one',
            retryable: true,
            providerMessage: null,
            rows: [],
            mirrorObject: null,
            trainedTokens: null,
          },
        },
      );
    for (const past of [approved, submitted])
      await given(...past)
        .when(resolve('resubmit'))
        .thenRejects('SUBMIT_NOT_AMBIGUOUS');
  });
  it('is paused and resumed by what was asked last, once', async () => {
    const pause: Command = { type: 'RequestPause', id: 'f1', reason: ourWords('r') };
    const resume: Command = { type: 'RequestResume', id: 'f1', reason: ourWords('r') };
    const [asked] = await given(...submitted)
      .when(pause)
      .thenGives({ type: 'FineTunePauseRequested', data: { reason: 'r' } });
    if (asked === undefined) throw new Error('nothing was asked');
    await given(...submitted, asked)
      .when(pause)
      .thenGives();
    await given(...submitted, asked)
      .when(resume)
      .thenGives({ type: 'FineTuneResumeRequested', data: { reason: 'r' } });
    await given(...submitted)
      .when(resume)
      .thenGives();
    const paused: Past[] = [
      ...submitted,
      asked,
      { stream: job, event: { type: 'FineTunePaused', data: { providerStatus: 'paused' } } },
    ];
    await given(...paused)
      .when(pause)
      .thenGives();
    await given(...paused)
      .when(resume)
      .thenGives({ type: 'FineTuneResumeRequested', data: { reason: 'r' } });
    await given(...submitted, {
      stream: job,
      event: { type: 'FineTuneCancelRequested', data: { reason: 'r' } },
    })
      .when(pause)
      .thenRejects('FT_JOB_CANCELING');
  });
  it('belongs to one provider job for good', async () => {
    const other: Command = {
      type: 'RecordSubmitted',
      id: 'f1',
      submitted: { attempt: 1, providerJobId: 'j2', adopted: true },
    };
    await given(...submitted)
      .when(other)
      .thenRejects('FT_JOB_SUBMITTED');
    await given(...submitted)
      .when({ ...other, submitted: { attempt: 1, providerJobId: 'j1', adopted: true } })
      .thenGives();
    await given(...approved)
      .when(other)
      .thenRejects('SUBMIT_NOT_INTENDED');
  });
  it('ends at once when canceled before anything left FTM, and by the provider’s truth after', async () => {
    const cancel: Command = { type: 'RequestCancel', id: 'f1', reason: ourWords('r') };
    await given(...approved)
      .when(cancel)
      .thenGives(
        { type: 'FineTuneCancelRequested', data: { reason: 'r' } },
        { type: 'FineTuneCanceled', data: { reason: 'r', trainedTokens: null, mirrorObject: null } },
      );
    await given(...submitted)
      .when(cancel)
      .thenGives({ type: 'FineTuneCancelRequested', data: { reason: 'r' } });
    const canceling: Past[] = [
      ...submitted,
      { stream: job, event: { type: 'FineTuneCancelRequested', data: { reason: 'r' } } },
    ];
    await given(...canceling)
      .when({ type: 'RecordSucceeded', id: 'f1', result })
      .thenGives({ type: 'FineTuneSucceeded', data: result });
  });
  it('takes results once', async () => {
    const done: Past[] = [...submitted, { stream: job, event: { type: 'FineTuneSucceeded', data: result } }];
    await given(...done)
      .when({ type: 'RecordSucceeded', id: 'f1', result })
      .thenGives();
    await given(...done)
      .when({
        type: 'RecordFailed',
        id: 'f1',
        failure: {
          code: 'c',
          message: ourWords('m'),
          remedy: 'r',
          retryable: false,
          providerMessage: null,
          rows: [],
          mirrorObject: null,
          trainedTokens: null,
        },
      })
      .thenRejects('FT_JOB_SETTLED');
    const cost = { trainedTokens: 5, actualUsdMicros: 1, estimatedUsdMicros: 1, usageId: 'u' };
    await given(...done)
      .when({ type: 'RecordCost', id: 'f1', cost })
      .thenGives({ type: 'FineTuneCostRecorded', data: cost });
    await given(...submitted)
      .when({ type: 'RecordCost', id: 'f1', cost })
      .thenRejects('FT_JOB_OPEN');
  });
});

describe('the approval of a cost', () => {
  const until = (expiresAt: string | null, amountUsdMicros = 3): Past[] => [
    ...requested,
    {
      stream: job,
      event: { type: 'FineTuneCostApproved', data: { approvalId: 'a', amountUsdMicros, expiresAt } },
    },
  ];
  const intend: Command = { type: 'IntendSubmit', id: 'f1', intent };
  const dearer = { ...fineTuneRequested.estimate, highUsdMicros: 6, priceUsdMicrosPerMillion: 2 };
  it('lets a job be submitted until it runs out', async () => {
    await given(...until('2026-01-02T00:00:00.001Z'))
      .when(intend)
      .thenGives({ type: 'FineTuneSubmitIntended', data: { ...intent, attempt: 1 } });
    await given(...until('2026-01-02T00:00:00.000Z'))
      .when(intend)
      .thenRejects('COST_APPROVAL_EXPIRED');
  });
  it('is void when it has run out, and not before', async () => {
    const expired = (expiresAt: string): Command => ({
      type: 'RecordCostApprovalExpired',
      id: 'f1',
      expiresAt,
    });
    const at = '2026-01-01T12:00:00.000Z';
    await given(...until(at))
      .when(expired(at))
      .thenGives({
        type: 'FineTuneCostApprovalExpired',
        data: { approvalId: 'a', amountUsdMicros: 3, expiredAt: at },
      });
    await given(...until(at))
      .when(expired('2026-01-03T00:00:00.000Z'))
      .thenRejects('APPROVAL_NOT_EXPIRED');
  });
  it('does not cover a job that has become dearer than it; a job that is still covered keeps it', async () => {
    const reestimated: Past = {
      stream: job,
      event: { type: 'FineTuneReestimated', data: { estimate: dearer, previousHighUsdMicros: 3 } },
    };
    await given(...until(null), reestimated)
      .when(intend)
      .thenRejects('COST_NOT_APPROVED');
    await given(...until(null, 6), reestimated)
      .when(intend)
      .thenGives({ type: 'FineTuneSubmitIntended', data: { ...intent, attempt: 1 } });
  });
  it('cannot become void when the job may be at the provider', async () => {
    await given(...intended)
      .when({ type: 'RecordReestimated', id: 'f1', estimate: dearer })
      .thenRejects('FT_JOB_SUBMITTED');
  });
});

describe('a cost', () => {
  const cost = (actualUsdMicros: number): Command => ({
    type: 'RecordCost',
    id: 'f1',
    cost: { trainedTokens: 5, actualUsdMicros, estimatedUsdMicros: 100, usageId: 'u' },
  });
  const recorded = (actualUsdMicros: number) => ({
    type: 'FineTuneCostRecorded' as const,
    data: { trainedTokens: 5, actualUsdMicros, estimatedUsdMicros: 100, usageId: 'u' },
  });
  const completed: Past[] = [
    ...submitted,
    { stream: job, event: { type: 'FineTuneSucceeded', data: result } },
  ];
  it('that is more than a fifth off is an event of its own', async () => {
    await given(...completed)
      .when(cost(120))
      .thenGives(recorded(120));
    await given(...completed)
      .when(cost(79))
      .thenGives(recorded(79), {
        type: 'FineTuneCostVarianceDetected',
        data: {
          estimatedUsdMicros: 100,
          actualUsdMicros: 79,
          varianceUsdMicros: -21,
          varianceRatio: -0.21,
          toleranceRatio: 0.2,
        },
      });
  });
  it('is recorded of a job that was canceled when tokens were trained', async () => {
    const canceled = (trainedTokens: number | null): Past[] => [
      ...submitted,
      {
        stream: job,
        event: { type: 'FineTuneCanceled', data: { reason: 'r', trainedTokens, mirrorObject: null } },
      },
    ];
    await given(...canceled(5))
      .when(cost(3))
      .thenGives(recorded(3));
    await given(...canceled(null))
      .when(cost(3))
      .thenRejects('FT_JOB_SETTLED');
  });
});
