import type { PromotionTarget } from '@ftm/contracts/generated/events';
import type { Principal } from '@ftm/orchestrator/client';
import { requireWholeTenant } from '../auth.ts';
import { commandRoute } from '../http/command-route.ts';
import { APPROVE, WRITE, type Route } from '../http/route.ts';
import { changes, makes } from '../http/subject.ts';
import { readRoutes } from '../resource-routes.ts';
import type { Services } from '../services.ts';

const PATH = '/v1/promotions';
const MAKES = makes('promotion', PATH);
const CHANGES = changes('promotion');

/** What moves the pointer of its target. */
const DECIDES: typeof CHANGES = {
  ...CHANGES,
  async admit(services, call, id) {
    const admitted = await CHANGES.admit(services, call, id);
    requireTarget(call.principal, admitted.state.request.target);
    return admitted;
  },
};

/** What is live for everybody is decided by who acts for all projects. @throws Problem 403 */
function requireTarget(principal: Principal, { type }: PromotionTarget): void {
  if (type === 'global') requireWholeTenant(principal);
}

export function promotionRoutes(services: Services): Route[] {
  const { minDaysToShutdown } = services.limits;
  return [
    commandRoute(services, {
      endpoint: 'POST /v1/promotions',
      summary: 'Ask to make a model version live',
      tag: 'promotions',
      roles: WRITE,
      status: 201,
      of: {
        ...MAKES,
        guard(call) {
          MAKES.guard(call);
          requireTarget(call.principal, call.body.target);
        },
      },
      labels: (body) => body,
      texts: ({ notes }) => ({ notes: notes ?? null }),
      flaggedIsNo: true,
      gate: ({ call: { body }, texts }) => ({
        action: 'model.promote',
        context: {
          phase: 'request',
          model_version_id: body.model_version_id,
          target: body.target,
          min_eval_score: body.min_eval_score,
          notes: texts.notes,
        },
      }),
      command: ({ id: promotion, call: { body }, texts }, gates) => ({
        type: 'RequestPromotion',
        id: promotion,
        projectId: body.project_id,
        modelVersionId: body.model_version_id,
        target: body.target,
        minEvalScore: body.min_eval_score,
        minDaysToShutdown,
        notes: texts.notes,
        gates,
      }),
    }),
    ...readRoutes(services, 'promotion', PATH, 'promotions'),
    commandRoute(services, {
      endpoint: 'POST /v1/promotions/{id}/approve',
      summary: 'Approve exactly this model on exactly this evidence; a second principal must',
      tag: 'promotions',
      roles: APPROVE,
      status: 200,
      of: DECIDES,
      gate: ({ state, actor, call }) => ({
        action: 'model.promote',
        context: {
          phase: 'approve',
          model_version_id: state.request.modelVersionId,
          target: state.request.target,
          evidence_sha256: call.body.evidence_sha256,
          requested_by: state.createdBy,
          approved_by: actor,
        },
      }),
      command: ({ id: promotion, call }, gates) => ({
        type: 'ApprovePromotion',
        id: promotion,
        minDaysToShutdown,
        evidenceSha256: call.body.evidence_sha256,
        gates,
      }),
    }),
    commandRoute(services, {
      endpoint: 'POST /v1/promotions/{id}/reject',
      summary: 'Say no to a promotion',
      tag: 'promotions',
      roles: APPROVE,
      status: 200,
      of: changes('promotion'),
      texts: ({ reason: why }) => ({ reason: why }),
      gate: { none: 'Nobody is asked for a no.' },
      command: ({ id: promotion, texts }) => ({
        type: 'RejectPromotion',
        id: promotion,
        reason: texts.reason,
      }),
    }),
    commandRoute(services, {
      endpoint: 'POST /v1/promotions/{id}/rollback',
      summary: 'Bring back what was live before',
      tag: 'promotions',
      roles: APPROVE,
      status: 200,
      of: DECIDES,
      texts: ({ reason: why }) => ({ reason: why }),
      gate: ({ state }) => ({
        action: 'model.rollback',
        context: { target: state.request.target, model_version_id: state.request.modelVersionId },
      }),
      command: ({ id: promotion, texts }, gates) => ({
        type: 'RollBackPromotion',
        id: promotion,
        reason: texts.reason,
        gates,
      }),
    }),
  ];
}
