import type { PromotionTarget } from '@ftm/contracts/generated/events';
import { streamId } from '@ftm/contracts/ids';
import { ourWords } from '@ftm/contracts/scanned-text';
import type { Command } from '../command.ts';
import type { StreamEvent } from '../decision.ts';
import { evaluated, gate, modelRegistered, PROJECT, target } from '../testing/examples.ts';
import { given, TENANT, type Past } from '../testing/spec.ts';
import { pointerId } from '../production-pointer/state.ts';
import { evidenceSha256, newestEvidence } from './evidence.ts';
import { fold, projectOf } from '../aggregates.ts';

const POINTER = streamId('production-pointer', pointerId(TENANT, target));
const model = (id: string, ...more: Past['event'][]): Past[] =>
  [{ type: 'ModelVersionRegistered' as const, data: modelRegistered }, ...more].map((event) => ({
    stream: `model-version/${id}` as const,
    event,
  }));
const good = evaluated(0.8, 'pass');
const meta = { time: '2026-01-01T00:00:00.000Z', actor: 'a', version: 1, seq: 1 };
const evidence = newestEvidence(
  fold('model-version', [
    { event: { type: 'ModelVersionRegistered', data: modelRegistered }, meta },
    { event: { type: 'ModelVersionEvaluated', data: good }, meta },
  ]),
);
const sha = evidence === null ? '' : evidenceSha256(evidence);

const request = {
  type: 'RequestPromotion' as const,
  id: 'x1',
  projectId: PROJECT,
  modelVersionId: 'm1',
  target,
  minEvalScore: 0.7,
  minDaysToShutdown: 30,
  notes: null,
  gates: [gate()],
} satisfies Command;
const approve = {
  type: 'ApprovePromotion' as const,
  id: 'x1',
  evidenceSha256: sha,
  minDaysToShutdown: 30,
  gates: [gate()],
} satisfies Command;
const evaluatedModel = model('m1', { type: 'ModelVersionEvaluated', data: good });
const pending: Past[] = [
  ...evaluatedModel,
  {
    stream: 'promotion/x1',
    event: {
      type: 'PromotionRequested',
      data: { projectId: PROJECT, modelVersionId: 'm1', target, minEvalScore: 0.7, notes: null, evidence },
    },
  },
];
const moved = (promotionId: string, modelVersionId: string, by = PROJECT, to = target): Past => ({
  stream: streamId('production-pointer', pointerId(TENANT, to)),
  event: {
    type: 'PointerMoved',
    data: {
      projectId: by,
      target: to,
      modelVersionId,
      providerModelId: 'pm',
      previousModelVersionId: null,
      promotionId,
    },
  },
});

const asked = { projectId: PROJECT, modelVersionId: 'm1', target, minEvalScore: 0.7, notes: null };
const approvedOver = (previousModelVersionId: string | null) => ({
  type: 'PromotionApproved' as const,
  data: {
    modelVersionId: 'm1',
    evidenceSha256: sha,
    requestedBy: 'user:ada',
    approvedBy: 'user:grace',
    previousModelVersionId,
  },
});
const movedFrom = (previousModelVersionId: string | null): StreamEvent => ({
  stream: POINTER,
  event: {
    type: 'PointerMoved',
    data: {
      projectId: PROJECT,
      target,
      modelVersionId: 'm1',
      providerModelId: 'pm',
      previousModelVersionId,
      promotionId: 'x1',
    },
  },
});
const live = (id: string, promotionId: string): StreamEvent => ({
  stream: `model-version/${id}`,
  event: { type: 'ModelVersionPromoted', data: { promotionId, target } },
});
const gone = (id: string, reason: 'superseded' | 'rolled_back'): StreamEvent => ({
  stream: `model-version/${id}`,
  event: { type: 'ModelVersionDemoted', data: { target, reason } },
});

describe('a promotion', () => {
  it('rests on the newest eval, and is blocked without a good one', async () => {
    await given(...evaluatedModel)
      .when(request)
      .thenGives(
        { type: 'PromotionRequested', data: { ...asked, evidence } },
        { type: 'GateAnswered', data: gate() },
      );
    for (const past of [
      model('m1'),
      model('m1', { type: 'ModelVersionEvaluated', data: evaluated(0.6) }),
      model('m1', { type: 'ModelVersionEvaluated', data: evaluated(0.9, 'fail') }),
      model('m1', { type: 'ModelVersionEvaluated', data: evaluated(0.9, 'inconclusive') }),
      model(
        'm1',
        { type: 'ModelVersionEvaluated', data: good },
        { type: 'ModelVersionEvaluated', data: evaluated(0.1, 'fail', 'e2') },
      ),
    ])
      await given(...past)
        .when(request)
        .thenGivesTypes('PromotionRequested', 'GateAnswered', 'PromotionBlocked');
    await given().when(request).thenRejects('MODEL_VERSION_NOT_FOUND');
  });
  it('moves pointer and model versions in the same append', async () => {
    await given(...pending)
      .when(approve, 'user:grace')
      .thenGives(
        { type: 'GateAnswered', data: gate() },
        approvedOver(null),
        movedFrom(null),
        live('m1', 'x1'),
      );
    await given(...pending, ...model('m0'), moved('x0', 'm0'))
      .when(approve, 'user:grace')
      .thenGives(
        { type: 'GateAnswered', data: gate() },
        approvedOver('m0'),
        movedFrom('m0'),
        gone('m0', 'superseded'),
        live('m1', 'x1'),
      );
  });
  it('needs four eyes, whoever the first two belong to', async () => {
    await given(...pending)
      .when(approve, 'user:ada')
      .thenRejects('FOUR_EYES');
  });
  it('is approved on exactly the evidence that it was asked on', async () => {
    await given(...pending)
      .when({ ...approve, evidenceSha256: '0'.repeat(64) }, 'user:grace')
      .thenRejects('EVIDENCE_CHANGED');
    await given(...pending, {
      stream: 'model-version/m1',
      event: { type: 'ModelVersionEvaluated', data: evaluated(0.1, 'fail', 'e2') },
    })
      .when(approve, 'user:grace')
      .thenRejects('EVIDENCE_CHANGED');
    await given(...pending, {
      stream: 'model-version/m1',
      event: { type: 'ModelVersionRetired', data: { reason: 'r' } },
    })
      .when(approve, 'user:grace')
      .thenRejects('MODEL_RETIRED');
  });
  it('is blocked by a gate at the last moment too', async () => {
    await given(...pending)
      .when({ ...approve, gates: [gate('deny')] }, 'user:grace')
      .thenGives(
        { type: 'GateAnswered', data: gate('deny') },
        { type: 'PromotionBlocked', data: { gate: 'g', reasons: gate('deny').reasons } },
      );
  });
  it('is undone only while the pointer stands on it', async () => {
    const promoted: Past[] = [
      ...pending,
      ...model('m0'),
      moved('x0', 'm0'),
      {
        stream: 'promotion/x1',
        event: {
          type: 'PromotionApproved',
          data: {
            modelVersionId: 'm1',
            evidenceSha256: sha,
            requestedBy: 'user:ada',
            approvedBy: 'user:grace',
            previousModelVersionId: 'm0',
          },
        },
      },
      moved('x1', 'm1'),
    ];
    const rollBack: Command = {
      type: 'RollBackPromotion',
      id: 'x1',
      reason: ourWords('r'),
      gates: [gate()],
    };
    await given(...promoted)
      .when(rollBack)
      .thenGives(
        { type: 'GateAnswered', data: gate() },
        {
          type: 'PromotionRolledBack',
          data: { rolledBackBy: 'user:ada', reason: 'r', restoredModelVersionId: 'm0' },
        },
        {
          stream: POINTER,
          event: {
            type: 'PointerRolledBack',
            data: {
              modelVersionId: 'm0',
              providerModelId: 'pm',
              fromModelVersionId: 'm1',
              promotionId: 'x1',
            },
          },
        },
        gone('m1', 'rolled_back'),
        live('m0', 'x0'),
      );
    await given(...promoted, moved('x2', 'm2'))
      .when(rollBack)
      .thenRejects('POINTER_MOVED_ON');
    await given(...pending)
      .when(rollBack)
      .thenRejects('PROMOTION_NOT_PROMOTED');
  });
});

describe('a target', () => {
  const asks = (to: PromotionTarget): Command => ({ ...request, target: to });
  const EVERYWHERE: PromotionTarget = { type: 'global', value: '*' };

  it('that another project went live at is not asked for, nor approved', async () => {
    await given(...evaluatedModel, moved('x0', 'm0', 'p2'))
      .when(request)
      .thenRejects('TARGET_OF_ANOTHER_PROJECT');
    await given(...pending, moved('x0', 'm0', 'p2'))
      .when(approve, 'user:grace')
      .thenRejects('TARGET_OF_ANOTHER_PROJECT');
  });
  it('that is a project is that project’s alone', async () => {
    await given(...evaluatedModel)
      .when(asks({ type: 'project', value: 'p2' }))
      .thenRejects('TARGET_OF_ANOTHER_PROJECT');
    await given(...evaluatedModel)
      .when(asks({ type: 'project', value: PROJECT }))
      .thenGivesTypes('PromotionRequested', 'GateAnswered');
  });
  it('for everybody is of no project, whoever went live there last', async () => {
    await given(...evaluatedModel, moved('x0', 'm0', 'p2', EVERYWHERE))
      .when(asks(EVERYWHERE))
      .thenGivesTypes('PromotionRequested', 'GateAnswered');
    const scope = (to: PromotionTarget) => {
      const { stream, event } = moved('x0', 'm0', 'p2', to);
      return [stream, projectOf('production-pointer', fold('production-pointer', [{ event, meta }]))];
    };
    expect(scope(EVERYWHERE)).toEqual([expect.anything(), { of: 'tenant' }]);
    expect(scope(target)).toEqual([POINTER, { of: 'project', projectId: 'p2' }]);
  });
});

describe('an override', () => {
  const override: Command = {
    type: 'OverridePointer',
    id: pointerId(TENANT, target),
    modelVersionId: 'm1',
    reason: ourWords('r'),
    gates: [gate()],
  };
  it('moves a pointer that is there, to a model of its own project', async () => {
    await given(...evaluatedModel, moved('x0', 'm0'), ...model('m0'))
      .when(override)
      .thenGivesTypes('PointerOverridden', 'GateAnswered', 'ModelVersionDemoted', 'ModelVersionPromoted');
    await given(...evaluatedModel, moved('x0', 'm0', 'p2'))
      .when(override)
      .thenRejects('MODEL_VERSION_NOT_FOUND');
    await given(...evaluatedModel)
      .when(override)
      .thenRejects('NOT_FOUND');
  });
});

describe('a model that its provider shuts down', () => {
  // Decisions are made on 2026-01-02.
  const dying = (shutdownDate: string) => ({
    type: 'ModelEndOfLifeAnnounced' as const,
    data: { shutdownDate, source: 'the provider’s list of models' },
  });
  const endsOn = (shutdownDate: string): Past[] =>
    model('m1', { type: 'ModelVersionEvaluated', data: good }, dying(shutdownDate));

  it('is not made live when fewer days are left than the policy wants', async () => {
    const events = await given(...endsOn('2026-01-31'))
      .when(request)
      .thenGivesTypes('PromotionRequested', 'GateAnswered', 'PromotionBlocked');
    expect(events.at(-1)?.event.data).toMatchObject({
      gate: 'model.end_of_life',
      reasons: [{ code: 'MODEL_END_OF_LIFE', message: expect.stringContaining('2026-01-31, in 29 days') }],
    });
    await given(...endsOn('2025-12-31'))
      .when({ ...request, minDaysToShutdown: 0 })
      .thenGivesTypes('PromotionRequested', 'GateAnswered', 'PromotionBlocked');
  });

  it('is made live when enough are, or the policy does not mind', async () => {
    await given(...endsOn('2026-02-01'))
      .when(request)
      .thenGivesTypes('PromotionRequested', 'GateAnswered');
    await given(...endsOn('2026-01-31'))
      .when({ ...request, minDaysToShutdown: 0 })
      .thenGivesTypes('PromotionRequested', 'GateAnswered');
  });

  it('is not approved either when its end was announced after somebody had asked', async () => {
    await given(...pending, { stream: 'model-version/m1', event: dying('2026-01-10') })
      .when(approve, 'user:bob')
      .thenGivesTypes('GateAnswered', 'PromotionBlocked');
  });
});
