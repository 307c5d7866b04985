import { RULE_CODES } from '@ftm/domain/rule-code';
import { z } from 'zod';
import type { Envelope, LogPosition, RecordedEvent } from '@ftm/contracts/envelope';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import type { Outcome } from './commander.ts';

/** How outcomes, events and positions travel between processes. Offsets are 64-bit: as text they survive JSON. */
const Position = z.object({
  partition: z.number().int().min(0),
  offset: z
    .string()
    .regex(/^\d{1,19}$/)
    .transform(BigInt),
});

/** Envelope and event are as the log gave them: the writer has checked both. */
const Recorded = z.object({
  envelope: z.custom<Envelope>((value) => has(value, 'stream', 'string') && has(value, 'version', 'number')),
  event: z.custom<FtmEvent>((value) => has(value, 'type', 'string') && has(value, 'data', 'object')),
  position: Position,
});

const Rejection = z.object({
  code: z.enum(RULE_CODES),
  message: z.string(),
  reasons: z.array(z.object({ code: z.string(), message: z.string() })).optional(),
});

const WireOutcome = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('appended'),
    replayed: z.boolean(),
    events: z.array(Recorded),
    history: z.array(Recorded),
    position: Position.nullable(),
  }),
  z.object({ kind: z.literal('rejected'), rejection: Rejection, replayed: z.boolean() }),
  z.object({ kind: z.literal('fingerprint_mismatch') }),
  z.object({ kind: z.literal('version_conflict'), actual: z.number().int().min(0) }),
]);

const Found = z.object({ outcome: WireOutcome.nullable() });
const Events = z.object({ events: z.array(Recorded) });
const Identity = z.object({ address: z.string() });
const Newest = z.object({ position: Position.nullable() });

export function outcomeToWire(outcome: Outcome): Record<string, unknown> {
  if (outcome.kind !== 'appended') return { ...outcome };
  return {
    ...outcome,
    events: outcome.events.map(eventToWire),
    history: outcome.history.map(eventToWire),
    position: positionToWire(outcome.position),
  };
}

export const eventToWire = ({ envelope, event, position }: RecordedEvent): Record<string, unknown> => ({
  envelope,
  event,
  position: positionToWire(position),
});

export const positionToWire = (position: LogPosition | null): z.input<typeof Position> | null =>
  position === null ? null : { partition: position.partition, offset: String(position.offset) };

/** @throws ZodError, as all of these, for what is no such answer */
export const outcomeFromWire = (json: unknown): Outcome => WireOutcome.parse(json) as Outcome;
export const foundFromWire = (json: unknown): Outcome | null => Found.parse(json).outcome as Outcome | null;
export const eventsFromWire = (json: unknown): readonly RecordedEvent[] => Events.parse(json).events;
export const newestFromWire = (json: unknown): LogPosition | null => Newest.parse(json).position;
export const identityFromWire = (json: unknown): string => Identity.parse(json).address;

function has(value: unknown, key: string, type: 'string' | 'number' | 'object'): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, key) === type;
}
