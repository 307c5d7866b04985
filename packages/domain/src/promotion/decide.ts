import type { FtmEvent, Reason } from '@ftm/contracts/generated/events';
import { streamId } from '@ftm/contracts/ids';
import type { CommandMeta } from '../command-meta.ts';
import {
  answered,
  denied,
  notFound,
  NOTHING,
  on,
  reject,
  rejected,
  type Decision,
  type Rejection,
  type StreamEvent,
  type Verdict,
} from '../decision.ts';
import { succession } from '../model-version/succession.ts';
import { END_OF_LIFE_GATE, endOfLifeProblem } from '../model-version/end-of-life.ts';
import type { ModelVersionState } from '../model-version/state.ts';
import { holderOf, pointerId, type ProductionPointerState } from '../production-pointer/state.ts';
import type { PromotionCommand } from './commands.ts';
import { evidenceProblems, evidenceSha256, newestEvidence } from './evidence.ts';
import type { PromotionState } from './state.ts';

export interface PromotionContext {
  /** The version that the promotion is about. */
  readonly model: ModelVersionState;
  readonly pointer: ProductionPointerState;
  /** The version that a rollback brings back. */
  readonly former: ModelVersionState;
}

type Of<T extends PromotionCommand['type']> = Extract<PromotionCommand, { type: T }>;
type Pending = Extract<PromotionState, { status: 'pending' }>;

/** Promotion, pointer and model versions change together: one decision, one atomic append. */
export function decidePromotion(
  command: PromotionCommand,
  state: PromotionState,
  context: PromotionContext,
  meta: CommandMeta,
): Decision {
  const stream = streamId('promotion', command.id);
  switch (command.type) {
    case 'RequestPromotion':
      return on(stream, request(command, state, context, meta));
    case 'ApprovePromotion':
      if (state.status === 'promoted' && state.approval.approvedBy === meta.actor) return on(stream, NOTHING);
      return withPending(state, (pending) => approve(command, pending, context, meta));
    case 'RejectPromotion':
      if (state.status === 'rejected') return on(stream, NOTHING);
      return withPending(state, () =>
        on(stream, [{ type: 'PromotionRejected', data: { rejectedBy: meta.actor, reason: command.reason } }]),
      );
    case 'RollBackPromotion':
      return rollBack(command, state, context, meta);
  }
}

function request(
  command: Of<'RequestPromotion'>,
  state: PromotionState,
  { model, pointer }: PromotionContext,
  meta: CommandMeta,
): Verdict {
  if (state.status !== 'absent') return NOTHING;
  const foreign = foreignTarget(command, pointer);
  if (foreign !== undefined) return foreign;
  if (model.status === 'absent' || model.registration.projectId !== command.projectId)
    return reject('MODEL_VERSION_NOT_FOUND', 'there is no such model version in the project');
  const evidence = newestEvidence(model);
  const { projectId, modelVersionId, target, minEvalScore, notes } = command;
  const events: FtmEvent[] = [
    {
      type: 'PromotionRequested',
      data: { projectId, modelVersionId, target, minEvalScore, notes, evidence },
    },
    ...answered(command.gates),
  ];
  const no = denied(command.gates);
  if (no !== undefined) return [...events, blockedBy(no.gate, no.reasons)];
  const dying = endOfLifeProblem(model, command.minDaysToShutdown, meta.now);
  if (dying !== undefined) return [...events, blockedBy(END_OF_LIFE_GATE, [dying])];
  const problems =
    model.status === 'retired'
      ? [{ code: 'MODEL_RETIRED', message: 'the model version is retired' }]
      : evidenceProblems(evidence, minEvalScore);
  return problems.length === 0 ? events : [...events, blockedBy('eval.evidence', problems)];
}

function approve(
  command: Of<'ApprovePromotion'>,
  state: Pending,
  { model, pointer }: PromotionContext,
  meta: CommandMeta,
): Decision {
  const stream = streamId('promotion', command.id);
  const { request, createdBy } = state;
  const { evidence, target, modelVersionId, projectId } = request;
  if (createdBy === meta.actor)
    return rejected(reject('FOUR_EYES', 'who asked for a promotion cannot approve it'));
  const foreign = foreignTarget(request, pointer);
  if (foreign !== undefined) return rejected(foreign);
  if (model.status === 'absent')
    return rejected(reject('MODEL_VERSION_NOT_FOUND', 'there is no such model version'));
  if (model.status === 'retired') return rejected(reject('MODEL_RETIRED', 'the model version is retired'));
  const shown = evidence === null ? null : evidenceSha256(evidence);
  const newest = newestEvidence(model);
  if (
    shown === null ||
    shown !== command.evidenceSha256 ||
    newest === null ||
    evidenceSha256(newest) !== shown
  )
    return rejected(
      reject(
        'EVIDENCE_CHANGED',
        'the evidence is not what this promotion was asked on: ask for a new promotion',
      ),
    );
  const no = denied(command.gates);
  if (no !== undefined) return on(stream, [...answered(command.gates), blockedBy(no.gate, no.reasons)]);
  const dying = endOfLifeProblem(model, command.minDaysToShutdown, meta.now);
  if (dying !== undefined)
    return on(stream, [...answered(command.gates), blockedBy(END_OF_LIFE_GATE, [dying])]);

  const previous = pointer.status === 'live' ? pointer.live.modelVersionId : null;
  const approved: FtmEvent = {
    type: 'PromotionApproved',
    data: {
      modelVersionId,
      evidenceSha256: shown,
      requestedBy: createdBy,
      approvedBy: meta.actor,
      previousModelVersionId: previous,
    },
  };
  const moved: FtmEvent = {
    type: 'PointerMoved',
    data: {
      projectId,
      target,
      modelVersionId,
      providerModelId: model.registration.providerModelId,
      previousModelVersionId: previous,
      promotionId: command.id,
    },
  };
  return accepted([
    ...[...answered(command.gates), approved].map((event) => ({ stream, event })),
    { stream: streamId('production-pointer', pointerId(meta.tenantId, target)), event: moved },
    ...succession(previous, modelVersionId, target, command.id, 'superseded'),
  ]);
}

function rollBack(
  command: Of<'RollBackPromotion'>,
  state: PromotionState,
  { pointer, former }: PromotionContext,
  meta: CommandMeta,
): Decision {
  const stream = streamId('promotion', command.id);
  if (state.status === 'absent') return rejected(notFound('promotion'));
  if (state.status === 'rolled_back') return on(stream, NOTHING);
  if (state.status !== 'promoted')
    return rejected(reject('PROMOTION_NOT_PROMOTED', `the promotion is ${state.status}`));
  if (pointer.status !== 'live' || pointer.live.promotionId !== command.id)
    return rejected(reject('POINTER_MOVED_ON', 'the pointer no longer stands on this promotion'));
  const no = denied(command.gates);
  if (no !== undefined) return rejected(reject('GATE_DENIED', `the gate ${no.gate} said no`, no.reasons));
  const back = pointer.history.at(-2);
  if (back !== undefined && former.status === 'retired')
    return rejected(reject('MODEL_RETIRED', 'the version that was live before is retired'));
  const { modelVersionId, target } = state.request;
  const events: StreamEvent[] = [
    ...[
      ...answered(command.gates),
      {
        type: 'PromotionRolledBack',
        data: {
          rolledBackBy: meta.actor,
          reason: command.reason,
          restoredModelVersionId: back?.modelVersionId ?? null,
        },
      } as const,
    ].map((event) => ({ stream, event })),
    {
      stream: streamId('production-pointer', pointerId(meta.tenantId, target)),
      event: {
        type: 'PointerRolledBack',
        data: {
          modelVersionId: back?.modelVersionId ?? null,
          providerModelId: back?.providerModelId ?? null,
          fromModelVersionId: modelVersionId,
          promotionId: command.id,
        },
      },
    },
  ];
  return accepted([
    ...events,
    ...succession(
      modelVersionId,
      back?.modelVersionId ?? null,
      target,
      back?.promotionId ?? null,
      'rolled_back',
    ),
  ]);
}

/** What is live for an assistant or a project is decided by its own project alone: by what is named, or by who went live there first. */
function foreignTarget(
  { projectId, target }: Pick<Of<'RequestPromotion'>, 'projectId' | 'target'>,
  pointer: ProductionPointerState,
): Rejection | undefined {
  if (target.type === 'global') return undefined;
  const holder =
    target.type === 'project' ? target.value : pointer.status === 'absent' ? projectId : holderOf(pointer);
  return holder === projectId
    ? undefined
    : reject('TARGET_OF_ANOTHER_PROJECT', `the ${target.type} is of another project`);
}

const blockedBy = (gate: string, reasons: readonly Reason[]): FtmEvent => ({
  type: 'PromotionBlocked',
  data: { gate, reasons },
});
const accepted = (events: readonly StreamEvent[]): Decision => ({ kind: 'accepted', events });

function withPending(state: PromotionState, then: (pending: Pending) => Decision): Decision {
  if (state.status === 'absent') return rejected(notFound('promotion'));
  if (state.status !== 'pending') return rejected(notPending(state.status));
  return then(state);
}

const notPending = (status: string): Rejection =>
  reject('PROMOTION_NOT_PENDING', `the promotion is ${status}`);
