import type { PromotionTarget } from '@ftm/contracts/generated/events';
import { streamId, type StreamId } from '@ftm/contracts/ids';
import type { StreamEvent } from '../decision.ts';

/** One version goes out of production for a target, another one comes in. */
export function succession(
  from: string | null,
  to: string | null,
  target: PromotionTarget,
  promotionId: string | null,
  reason: 'superseded' | 'rolled_back' | 'overridden',
): StreamEvent[] {
  if (from === to) return [];
  return [
    ...(from === null
      ? []
      : [
          {
            stream: modelStream(from),
            event: { type: 'ModelVersionDemoted' as const, data: { target, reason } },
          },
        ]),
    ...(to === null
      ? []
      : [
          {
            stream: modelStream(to),
            event: { type: 'ModelVersionPromoted' as const, data: { promotionId, target } },
          },
        ]),
  ];
}

const modelStream = (id: string): StreamId => streamId('model-version', id);
