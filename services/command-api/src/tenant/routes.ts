import { z } from 'zod';
import { tenantStreamId, parseStreamId } from '@ftm/contracts/ids';
import { fold } from '@ftm/domain/aggregates';
import { toPast } from '@ftm/domain/event-meta';
import { asTenant } from '../http/as-tenant.ts';
import { Problem } from '../http/problem.ts';
import { ADMIN, defineRoute, Page, READ, type Call, type Route } from '../http/route.ts';
import { callIds, command, type Services } from '../service.ts';

const tenant_id = z.string().min(1).max(64);

export function tenantRoutes(services: Services): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/tenant/erasure',
      summary: 'Ask for everything of the tenant to be erased; another admin must confirm',
      tag: 'tenant',
      roles: ADMIN,
      body: z.strictObject({ tenant_id, reason: z.string().trim().min(1).max(500) }),
      success: 202,
      // No gate is asked: an erasure is a duty, which nobody's policy may put off.
      async handle(call) {
        requireWholeTenant(call);
        const ids = callIds(call, 'POST /v1/tenant/erasure');
        const { tenant_id: confirmation, reason } = call.body;
        return command(
          services,
          call,
          ids,
          { type: 'RequestTenantErasure', id: streamOf(call).id, confirmation, reason },
          { status: 202 },
        );
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/tenant/erasure/confirm',
      summary: 'Confirm it, by another admin than who asked: all data keys are destroyed, for good',
      tag: 'tenant',
      roles: ADMIN,
      body: z.strictObject({ tenant_id }),
      success: 202,
      async handle(call) {
        requireWholeTenant(call);
        const ids = callIds(call, 'POST /v1/tenant/erasure/confirm');
        return command(
          services,
          call,
          ids,
          { type: 'ConfirmTenantErasure', id: streamOf(call).id, confirmation: call.body.tenant_id },
          { status: 202 },
        );
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/tenant/erasure',
      summary: 'How far the erasure of the tenant is, and all its models, to be deleted at their provider',
      tag: 'tenant',
      roles: READ,
      query: z.strictObject(Page),
      async handle({ principal, query: { limit, cursor } }) {
        const stream = tenantStreamId(asTenant(principal.tenantId));
        const state = fold('tenant', (await services.reads.stream(principal, stream)).map(toPast));
        const { data, next_cursor } = await services.reads.list(principal, 'model-version', {
          limit,
          cursor,
          filters: {},
        });
        const decided = state.status === 'erasing' || state.status === 'erased' ? state.erasure : null;
        const asked = state.status === 'erasure_requested' ? state.asked : decided;
        return {
          status: 200,
          body: {
            tenant_id: principal.tenantId,
            state: state.status === 'absent' ? 'not_asked' : state.status,
            reason: asked?.reason ?? null,
            requested_by: asked?.requestedBy ?? null,
            confirmed_by: decided?.confirmedBy ?? null,
            data_keys: state.status === 'erased' ? state.erasure.dataKeys : null,
            erased_at: state.status === 'erased' ? state.updatedAt : null,
            models: data,
            next_cursor,
          },
        };
      },
    }),
  ];
}

const streamOf = ({ principal }: Call) => parseStreamId(tenantStreamId(asTenant(principal.tenantId)));

/** Who may act in some projects only does not end all of them. */
function requireWholeTenant({ principal }: Call): void {
  if (!principal.projects.includes('*'))
    throw new Problem(403, 'PROJECT_OUT_OF_SCOPE', 'the key does not cover all projects of the tenant');
}
