import type { FtmEvent } from '@ftm/contracts/generated/events';
import { tenantId, type StreamId } from '@ftm/contracts/ids';
import type { Command } from '../command.ts';
import type { StreamEvent } from '../decision.ts';
import type { PastEvent } from '../event-meta.ts';
import { handle } from '../handle.ts';

/** Whose log the past is. */
export const TENANT = tenantId('acme');

export interface Past {
  readonly stream: StreamId;
  readonly event: FtmEvent;
  readonly actor?: string;
}

/** `given(past).when(command).thenGives(events)`: a rule, read aloud. The past is a tenant's log; versions, order and times are made of its order. */
export function given(...past: readonly Past[]) {
  const streams = new Map<string, PastEvent[]>();
  past.forEach(({ stream, event, actor = 'user:ada' }, index) => {
    const events = streams.get(stream) ?? [];
    streams.set(stream, events);
    const second = String(index % 60).padStart(2, '0');
    events.push({
      event,
      meta: { time: `2026-01-01T00:00:${second}.000Z`, actor, version: events.length + 1, seq: index + 1 },
    });
  });
  return {
    when(command: Command, actor = 'user:ada') {
      const decide = () =>
        handle(
          command,
          { tenantId: TENANT, actor, now: '2026-01-02T00:00:00.000Z' },
          { load: async (stream) => streams.get(stream) ?? [] },
        );
      return {
        async thenGives(...types: readonly FtmEvent['type'][]): Promise<readonly StreamEvent[]> {
          const decision = await decide();
          expect(decision).toMatchObject({ kind: 'accepted' });
          const events = decision.kind === 'accepted' ? decision.events : [];
          expect(events.map((each) => each.event.type)).toEqual(types);
          return events;
        },
        async thenRejects(code: string): Promise<void> {
          expect(await decide()).toMatchObject({ kind: 'rejected', rejection: { code } });
        },
      };
    },
  };
}
