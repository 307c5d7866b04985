import { z } from 'zod';
import { tenantStreamId, parseStreamId, type TenantId } from '@ftm/contracts/ids';
import { fold } from '@ftm/domain/aggregates';
import { toPast } from '@ftm/domain/event-meta';
import { asTenant } from '../http/as-tenant.ts';
import { commandRoute, type NoGate } from '../http/command-route.ts';
import { ADMIN, defineRoute, Page, READ, reason, type Route } from '../http/route.ts';
import { ofTenant } from '../http/subject.ts';
import type { Services } from '../services.ts';

const DUTY: NoGate = { none: 'An erasure is a duty, which nobody’s policy may put off.' };
const tenant_id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'the id of a tenant');

export function tenantRoutes(services: Services): Route[] {
  return [
    commandRoute(services, {
      method: 'post',
      path: '/v1/tenant/erasure',
      summary: 'Ask for everything of the tenant to be erased; another admin must confirm',
      tag: 'tenant',
      roles: ADMIN,
      body: z.strictObject({ tenant_id, reason }),
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
      method: 'post',
      path: '/v1/tenant/erasure/confirm',
      summary: 'Confirm it, by another admin than who asked: all data keys are destroyed, for good',
      tag: 'tenant',
      roles: ADMIN,
      body: z.strictObject({ tenant_id }),
      status: 202,
      of: ofTenant('tenant', tenantUuid),
      gate: DUTY,
      command: ({ id, call }) => ({ type: 'ConfirmTenantErasure', id, confirmation: call.body.tenant_id }),
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
            state: state.status === 'absent' || state.status === 'active' ? 'not_asked' : state.status,
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

const tenantUuid = (tenant: TenantId): string => parseStreamId(tenantStreamId(tenant)).id;
