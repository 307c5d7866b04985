import type { z } from 'zod';
import type { RecordedEvent } from '@ftm/contracts/envelope';
import type { Event } from '../resources/audit.ts';
import { snake } from '../snake.ts';

/** An event with its whole envelope, but for the tenant, which is the caller's. */
export function viewEvent({ envelope, event, position }: RecordedEvent): z.input<typeof Event> {
  const { tenantId: _, ...rest } = envelope;
  return {
    object: 'event',
    name: event.type,
    ...snake(rest),
    partition: position.partition,
    offset: String(position.offset),
    data: snake(event.data),
  };
}
