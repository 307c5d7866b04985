import type { EventOf } from '@ftm/contracts/event-of';
import type { TenantErased, TenantErasureConfirmed } from '@ftm/contracts/generated/events';
import type { EventMeta } from '../event-meta.ts';
import {
  ABSENT,
  born,
  factsOf,
  ImpossibleEvent,
  present,
  touched,
  withGate,
  type Absent,
  type Facts,
} from '../facts.ts';

/**
 * A tenant has a stream only when somebody wants it erased; its id is derived from the tenant's.
 *
 * absent ─▶ erasure_requested ─▶ erasing ─▶ erased
 *                        (by two people)
 */
export type TenantState =
  | Absent
  | (Facts & { readonly status: 'erasure_requested'; readonly asked: ErasureAsked })
  | (Facts & { readonly status: 'erasing'; readonly erasure: TenantErasureConfirmed })
  | (Facts & { readonly status: 'erased'; readonly erasure: TenantErased });

export interface ErasureAsked {
  readonly requestedBy: string;
  readonly reason: string;
}

export type TenantEvent = EventOf<'tenant'>;

export const initialTenant: TenantState = ABSENT;

/** Two people decided it: there is no way back, and nothing new is begun. */
export const isErased = (state: TenantState): boolean =>
  state.status === 'erasing' || state.status === 'erased';

export function evolveTenant(before: TenantState, event: TenantEvent, meta: EventMeta): TenantState {
  if (event.type === 'TenantErasureRequested')
    return {
      status: 'erasure_requested',
      ...born(meta),
      asked: { requestedBy: meta.actor, reason: event.data.reason },
    };
  const state = touched(present(before, event.type), meta);
  switch (event.type) {
    case 'GateAnswered':
      return withGate(state, event.data);
    case 'TenantErasureConfirmed':
      if (state.status !== 'erasure_requested') throw new ImpossibleEvent(event.type, state.status);
      return { ...factsOf(state), status: 'erasing', erasure: event.data };
    case 'TenantErased':
      if (state.status !== 'erasing') throw new ImpossibleEvent(event.type, state.status);
      return { ...state, status: 'erased', erasure: event.data };
  }
}
