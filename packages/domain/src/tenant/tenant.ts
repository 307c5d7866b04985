import { streamId } from '@ftm/contracts/ids';
import { defineAggregate, OF_TENANT } from '../aggregate.ts';
import { on } from '../decision.ts';
import type { TenantCommand } from './commands.ts';
import { decideTenant } from './decide.ts';
import { evolveTenant, initialTenant, type TenantState } from './state.ts';

export const tenant = defineAggregate<'tenant', TenantState, TenantCommand>({
  name: 'tenant',
  commands: {
    RequestTenantErasure: { begins: false },
    ConfirmTenantErasure: { begins: false },
    RecordTenantErased: { begins: false },
    RecordGateAnswers: { begins: false },
  },
  initial: initialTenant,
  evolve: evolveTenant,
  began: (facts) => ({ status: 'active', ...facts }),
  handle: (command, state, meta) => on(streamId('tenant', command.id), decideTenant(command, state, meta)),
  projectOf: () => OF_TENANT,
});
