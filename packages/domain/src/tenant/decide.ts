import { answered, NOTHING, reject, type Rejection, type Verdict } from '../decision.ts';
import type { CommandMeta } from '../command-meta.ts';
import type { TenantCommand } from './commands.ts';
import type { TenantState } from './state.ts';

/** What a tenant that two people had erased is told when it wants to begin something. */
export const tenantErased: Rejection = reject(
  'TENANT_ERASED',
  'the tenant was erased: it can begin nothing new; what the log says of it stays readable',
);

export function decideTenant(command: TenantCommand, state: TenantState, meta: CommandMeta): Verdict {
  switch (command.type) {
    case 'RequestTenantErasure':
      if (command.confirmation !== meta.tenantId) return otherTenant;
      return state.status === 'absent' || state.status === 'active'
        ? [{ type: 'TenantErasureRequested', data: { reason: command.reason } }]
        : NOTHING;
    case 'ConfirmTenantErasure':
      if (command.confirmation !== meta.tenantId) return otherTenant;
      return confirm(state, meta);
    case 'RecordTenantErased':
      if (state.status === 'erased') return NOTHING;
      if (state.status !== 'erasing')
        return reject('TENANT_NOT_ERASING', 'two people have not asked for its erasure');
      return [{ type: 'TenantErased', data: { ...state.erasure, dataKeys: command.dataKeys } }];
    case 'RecordGateAnswers':
      return answered(command.gates);
  }
}

const otherTenant = reject(
  'TENANT_NOT_CONFIRMED',
  'tenant_id must be the id of the tenant whose key this is: it says that the right one is meant',
);

function confirm(state: TenantState, meta: CommandMeta): Verdict {
  switch (state.status) {
    case 'absent':
    case 'active':
      return reject('ERASURE_NOT_ASKED', 'nobody asked for the tenant to be erased');
    case 'erasure_requested': {
      const { requestedBy, reason } = state.asked;
      if (requestedBy === meta.actor)
        return reject('FOUR_EYES', 'who asked for the erasure cannot confirm it');
      return [{ type: 'TenantErasureConfirmed', data: { requestedBy, confirmedBy: meta.actor, reason } }];
    }
    case 'erasing':
    case 'erased':
      return NOTHING;
  }
}
