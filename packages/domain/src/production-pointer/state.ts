import type { EventOf } from '@ftm/contracts/event-of';
import type { PromotionTarget } from '@ftm/contracts/generated/events';
import { derivedUuid, type TenantId } from '@ftm/contracts/ids';
import type { EventMeta } from '../event-meta.ts';
import { ABSENT, born, factsOf, present, touched, type Absent, type Facts } from '../facts.ts';

export interface PointerEntry {
  readonly modelVersionId: string;
  readonly providerModelId: string;
  /** Null for an admin's override. */
  readonly promotionId: string | null;
  readonly at: string;
  readonly by: string;
}

/** `history` is what the pointer stood on, oldest first; its last entry is live. A rollback takes the last one away. */
export type ProductionPointerState =
  | Absent
  | (Facts & {
      readonly status: 'live';
      readonly projectId: string;
      readonly target: PromotionTarget;
      readonly live: PointerEntry;
      readonly history: readonly PointerEntry[];
    })
  | (Facts & {
      readonly status: 'empty';
      readonly projectId: string;
      readonly target: PromotionTarget;
      readonly history: readonly PointerEntry[];
    });

export type ProductionPointerEvent = EventOf<'production-pointer'>;

/** One pointer for each target of a tenant. */
export const pointerId = (tenant: TenantId, { type, value }: PromotionTarget): string =>
  derivedUuid(tenant, 'production-pointer', type, value);

/** Null: of the tenant. What is live for everybody is nobody’s alone; every other target is of the project that first went live there. */
export const holderOf = ({ projectId, target }: Exclude<ProductionPointerState, Absent>): string | null =>
  target.type === 'global' ? null : projectId;

export const initialProductionPointer: ProductionPointerState = ABSENT;

export function evolveProductionPointer(
  before: ProductionPointerState,
  event: ProductionPointerEvent,
  meta: EventMeta,
): ProductionPointerState {
  switch (event.type) {
    case 'PointerMoved':
    case 'PointerOverridden': {
      const { modelVersionId, providerModelId, projectId, target } = event.data;
      const live: PointerEntry = {
        modelVersionId,
        providerModelId,
        promotionId: event.type === 'PointerMoved' ? event.data.promotionId : null,
        at: meta.time,
        by: meta.actor,
      };
      const facts = before.status === 'absent' ? born(meta) : factsOf(touched(before, meta));
      return {
        ...facts,
        status: 'live',
        projectId,
        target,
        live,
        history: [...(before.status === 'absent' ? [] : before.history), live],
      };
    }
    case 'PointerRolledBack': {
      const state = touched(present(before, event.type), meta);
      const history = state.history.slice(0, -1);
      const live = history.at(-1);
      const rest = { ...factsOf(state), projectId: state.projectId, target: state.target, history };
      return live === undefined ? { ...rest, status: 'empty' } : { ...rest, status: 'live', live };
    }
  }
}
