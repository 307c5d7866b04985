import type { RecordedEvent } from '@ftm/contracts/envelope';
import type { FtmEvent } from '@ftm/contracts/generated/events';

/** What an event's envelope tells `evolve`. */
export interface EventMeta {
  /** ISO 8601. */
  readonly time: string;
  readonly actor: string;
  /** In the stream, from 1. */
  readonly version: number;
  /** In the tenant, from 1. */
  readonly seq: number;
}

/** An event with its meta, as streams are folded from. */
export interface PastEvent {
  readonly event: FtmEvent;
  readonly meta: EventMeta;
}

/** What a fold sees of a recorded event. */
export const toPast = ({ envelope, event }: Pick<RecordedEvent, 'envelope' | 'event'>): PastEvent => ({
  event,
  meta: { time: envelope.time, actor: envelope.actor, version: envelope.version, seq: envelope.seq },
});
