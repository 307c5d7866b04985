import type { Command } from '../command.ts';
import { evaluated, gate, modelRegistered, PROJECT, target } from '../testing/examples.ts';
import { given, type Past } from '../testing/spec.ts';
import { evidenceSha256, newestEvidence } from './evidence.ts';
import { fold } from '../aggregates.ts';

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

const request: Command = {
  type: 'RequestPromotion',
  id: 'x1',
  projectId: PROJECT,
  modelVersionId: 'm1',
  target,
  minEvalScore: 0.7,
  notes: null,
  gates: [gate()],
};
const approve: Command = {
  type: 'ApprovePromotion',
  id: 'x1',
  pointerId: 'q1',
  evidenceSha256: sha,
  gates: [gate()],
};
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
const moved = (promotionId: string, modelVersionId: string): Past => ({
  stream: 'production-pointer/q1',
  event: {
    type: 'PointerMoved',
    data: {
      projectId: PROJECT,
      target,
      modelVersionId,
      providerModelId: 'pm',
      previousModelVersionId: null,
      promotionId,
    },
  },
});

describe('a promotion', () => {
  it('rests on the newest eval, and is blocked without a good one', async () => {
    await given(...evaluatedModel)
      .when(request)
      .thenGives('PromotionRequested', 'GateAnswered');
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
        .thenGives('PromotionRequested', 'GateAnswered', 'PromotionBlocked');
    await given().when(request).thenRejects('MODEL_VERSION_NOT_FOUND');
  });
  it('moves pointer and model versions in the same append', async () => {
    await given(...pending)
      .when(approve, 'user:grace')
      .thenGives('GateAnswered', 'PromotionApproved', 'PointerMoved', 'ModelVersionPromoted');
    await given(...pending, ...model('m0'), moved('x0', 'm0'))
      .when(approve, 'user:grace')
      .thenGives(
        'GateAnswered',
        'PromotionApproved',
        'PointerMoved',
        'ModelVersionDemoted',
        'ModelVersionPromoted',
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
      .thenGives('GateAnswered', 'PromotionBlocked');
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
      pointerId: 'q1',
      reason: 'r',
      gates: [gate()],
    };
    const events = await given(...promoted)
      .when(rollBack)
      .thenGives(
        'GateAnswered',
        'PromotionRolledBack',
        'PointerRolledBack',
        'ModelVersionDemoted',
        'ModelVersionPromoted',
      );
    expect(events.at(-1)?.stream).toBe('model-version/m0');
    await given(...promoted, moved('x2', 'm2'))
      .when(rollBack)
      .thenRejects('POINTER_MOVED_ON');
    await given(...pending)
      .when(rollBack)
      .thenRejects('PROMOTION_NOT_PROMOTED');
  });
});
