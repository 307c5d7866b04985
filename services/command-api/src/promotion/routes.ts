import { z } from 'zod';
import type { PromotionTarget } from '@ftm/contracts/generated/events';
import { derivedUuid, type TenantId } from '@ftm/contracts/ids';
import type { GateAnswer } from '@ftm/domain/gate-answer';
import { requireProject } from '../auth.ts';
import {
  APPROVE,
  ById,
  defineRoute,
  id,
  projectId,
  reason,
  target,
  WRITE,
  type Call,
  type Route,
} from '../http/route.ts';
import { readRoutes } from '../resource-routes.ts';
import { askGate, callIds, command, fresh, type CallIds, type Services } from '../service.ts';

const Body = z.strictObject({
  project_id: projectId,
  model_version_id: id,
  target,
  min_eval_score: z.number().min(0).max(1),
  notes: z.string().trim().min(1).max(4000).nullish(),
});

/** One pointer for each target of a tenant. */
export const pointerId = (tenant: TenantId, of: PromotionTarget): string =>
  derivedUuid(tenant, 'production-pointer', of.type, of.value);

/** Free text goes on the log only as TRiSM left it; what it flags is a no. */
async function scanned(
  services: Services,
  ids: CallIds,
  project: string,
  text: string | null,
): Promise<{ readonly text: string | null; readonly gates: readonly GateAnswer[] }> {
  if (text === null) return { text: null, gates: [] };
  const scan = await services.orchestrator.scan({ tenantId: ids.tenant, projectId: project }, text);
  const flagged = scan.verdict === 'flagged';
  const reasons = flagged
    ? scan.findings.map((finding) => ({
        code: 'TRISM_FLAGGED',
        message: `${finding.type} (${finding.count})`,
      }))
    : [];
  return {
    text: scan.text,
    gates: [
      {
        gate: 'trism.scan',
        decision: flagged ? 'deny' : 'allow',
        decisionId: scan.scanId,
        reasons,
        policyVersion: 'trism',
      },
    ],
  };
}

async function scannedReason(
  services: Services,
  ids: CallIds,
  project: string,
  text: string,
): Promise<string> {
  return (await scanned(services, ids, project, text)).text ?? text;
}

export function promotionRoutes(services: Services): Route[] {
  const route = (call: Call<{ id: string }>, what: string): string =>
    `POST /v1/promotions/${call.params.id}/${what}`;
  return [
    defineRoute({
      method: 'post',
      path: '/v1/promotions',
      summary: 'Ask to make a model version live',
      tag: 'promotions',
      roles: WRITE,
      body: Body,
      success: 201,
      async handle(call) {
        const { body } = call;
        requireProject(call.principal, body.project_id);
        const ids = callIds(call, 'POST /v1/promotions');
        const notes = await scanned(services, ids, body.project_id, body.notes ?? null);
        const gate = await askGate(services, call, ids, {
          action: 'model.promote',
          projectId: body.project_id,
          resource: { type: 'promotion', id: ids.newId },
          context: {
            phase: 'request',
            model_version_id: body.model_version_id,
            target: body.target,
            min_eval_score: body.min_eval_score,
          },
        });
        return command(
          services,
          call,
          ids,
          {
            type: 'RequestPromotion',
            id: ids.newId,
            projectId: body.project_id,
            modelVersionId: body.model_version_id,
            target: body.target,
            minEvalScore: body.min_eval_score,
            minDaysToShutdown: services.limits.minDaysToShutdown,
            notes: notes.text,
            gates: [...notes.gates, gate],
          },
          { status: 201, location: '/v1/promotions' },
        );
      },
    }),
    ...readRoutes(services, 'promotion', '/v1/promotions', 'promotions', ['model_version_id']),
    defineRoute({
      method: 'post',
      path: '/v1/promotions/{id}/approve',
      summary: 'Approve exactly this model on exactly this evidence; a second principal must',
      tag: 'promotions',
      roles: APPROVE,
      params: ById,
      body: z.strictObject({
        evidence_sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits, as the promotion shows them'),
      }),
      async handle(call) {
        const state = await fresh(services, call, 'promotion', call.params.id);
        const ids = callIds(call, route(call, 'approve'));
        const { projectId: project, target: of, modelVersionId } = state.request;
        const gate = await askGate(services, call, ids, {
          action: 'model.promote',
          projectId: project,
          resource: { type: 'promotion', id: call.params.id },
          context: {
            phase: 'approve',
            model_version_id: modelVersionId,
            target: of,
            requested_by: state.createdBy,
            approved_by: call.principal.subject,
          },
        });
        return command(
          services,
          call,
          ids,
          {
            type: 'ApprovePromotion',
            id: call.params.id,
            pointerId: pointerId(ids.tenant, of),
            minDaysToShutdown: services.limits.minDaysToShutdown,
            evidenceSha256: call.body.evidence_sha256,
            gates: [gate],
          },
          { status: 200 },
        );
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/promotions/{id}/reject',
      summary: 'Say no to a promotion',
      tag: 'promotions',
      roles: APPROVE,
      params: ById,
      body: z.strictObject({ reason }),
      async handle(call) {
        const state = await fresh(services, call, 'promotion', call.params.id);
        const ids = callIds(call, route(call, 'reject'));
        return command(
          services,
          call,
          ids,
          {
            type: 'RejectPromotion',
            id: call.params.id,
            reason: await scannedReason(services, ids, state.request.projectId, call.body.reason),
          },
          { status: 200 },
        );
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/promotions/{id}/rollback',
      summary: 'Bring back what was live before',
      tag: 'promotions',
      roles: APPROVE,
      params: ById,
      body: z.strictObject({ reason }),
      async handle(call) {
        const state = await fresh(services, call, 'promotion', call.params.id);
        const ids = callIds(call, route(call, 'rollback'));
        const { projectId: project, target: of } = state.request;
        const gate = await askGate(services, call, ids, {
          action: 'model.rollback',
          projectId: project,
          resource: { type: 'promotion', id: call.params.id },
          context: { target: of },
        });
        return command(
          services,
          call,
          ids,
          {
            type: 'RollBackPromotion',
            id: call.params.id,
            pointerId: pointerId(ids.tenant, of),
            reason: await scannedReason(services, ids, project, call.body.reason),
            gates: [gate],
          },
          { status: 200 },
        );
      },
    }),
  ];
}
