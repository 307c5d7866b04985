import { tenantStreamId, parseStreamId, type TenantId } from '@ftm/contracts/ids';
import { fold } from '@ftm/domain/aggregates';
import { toPast } from '@ftm/domain/event-meta';
import { requireWholeTenant } from '../auth.ts';
import { asTenant } from '../http/as-tenant.ts';
import { commandRoute, type NoGate } from '../http/command-route.ts';
import { ADMIN, defineRoute, READ, type Route } from '../http/route.ts';
import { ofTenant } from '../http/subject.ts';
import type { Services } from '../services.ts';

const DUTY: NoGate = { none: 'An erasure is a duty, which nobody’s policy may put off.' };

export function tenantRoutes(services: Services): Route[] {
  return [
    commandRoute(services, {
      endpoint: 'POST /v1/tenant/erasure',
      summary: 'Ask for everything of the tenant to be erased; another admin must confirm',
      tag: 'tenant',
      roles: ADMIN,
      status: 202,
      of: ofTenant('tenant', tenantUuid),
      texts: ({ reason: why }) => ({ reason: why }),
      gate: DUTY,
      command: ({ id, call, texts }) => ({
        type: 'RequestTenantErasure',
        id,
        confirmation: call.body.tenant_id,
        reason: texts.reason,
      }),
    }),
    commandRoute(services, {
      endpoint: 'POST /v1/tenant/erasure/confirm',
      summary: 'Confirm it, by another admin than who asked: all data keys are destroyed, for good',
      tag: 'tenant',
      roles: ADMIN,
      status: 202,
      of: ofTenant('tenant', tenantUuid),
      gate: DUTY,
      command: ({ id, call }) => ({ type: 'ConfirmTenantErasure', id, confirmation: call.body.tenant_id }),
    }),
    defineRoute({
      endpoint: 'GET /v1/tenant/erasure',
      summary: 'How far the erasure of the tenant is, and all its models, to be deleted at their provider',
      tag: 'tenant',
      roles: READ,
      async handle({ principal, query }) {
        requireWholeTenant(principal);
        const stream = tenantStreamId(asTenant(principal.tenantId));
        const state = fold('tenant', (await services.reads.stream(principal, stream)).map(toPast));
        const models = await services.reads.list(principal, 'model-version', query);
        const decided = state.status === 'erasing' || state.status === 'erased' ? state.erasure : null;
        const asked = state.status === 'erasure_requested' ? state.asked : decided;
        return {
          status: 200,
          body: {
            object: 'tenant_erasure' as const,
            tenant_id: principal.tenantId,
            state:
              state.status === 'absent' || state.status === 'active' ? ('not_asked' as const) : state.status,
            reason: asked?.reason ?? null,
            requested_by: asked?.requestedBy ?? null,
            confirmed_by: decided?.confirmedBy ?? null,
            data_keys: state.status === 'erased' ? state.erasure.dataKeys : null,
            erased_at: state.status === 'erased' ? state.updatedAt : null,
            models,
          },
        };
      },
    }),
  ];
}

const tenantUuid = (tenant: TenantId): string => parseStreamId(tenantStreamId(tenant)).id;
