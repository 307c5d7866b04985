import type { FtmEvent } from '@ftm/contracts/generated/events';
import { tenantId, type StreamId } from '@ftm/contracts/ids';
import type { Command } from '../command.ts';
import type { Decision, StreamEvent } from '../decision.ts';
import type { PastEvent } from '../event-meta.ts';
import { handle, primaryStream } from '../handle.ts';

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
  const decision = (command: Command, actor = 'user:ada'): Promise<Decision> =>
    handle(
      command,
      { tenantId: TENANT, actor, now: '2026-01-02T00:00:00.000Z' },
      { load: async (stream) => streams.get(stream) ?? [] },
    );
  return {
    decision,
    when(command: Command, actor = 'user:ada') {
      const decide = () => decision(command, actor);
      const own = primaryStream(command);
      return {
        /** Exactly these events, with all that they say. One without a stream is on the command's own. */
        async thenGives(...facts: readonly Fact[]): Promise<readonly StreamEvent[]> {
          const decided = await decide();
          const events = facts.map((fact) => ('event' in fact ? fact : { stream: own, event: fact }));
          expect(decided).toEqual({ kind: 'accepted', events });
          return events;
        },
        /** Events of these types: where what they say follows from the command alone. */
        async thenGivesTypes(...types: readonly FtmEvent['type'][]): Promise<readonly StreamEvent[]> {
          const decided = await decide();
          expect(decided).toMatchObject({ kind: 'accepted' });
          const events = decided.kind === 'accepted' ? decided.events : [];
          expect(events.map((each) => each.event.type)).toEqual(types);
          return events;
        },
        /** Refused with this code; where a gate was asked, with what is told of it. */
        async thenRejects(code: string, ...trace: readonly Fact[]): Promise<void> {
          const decided = await decide();
          expect(decided).toMatchObject({ kind: 'rejected', rejection: { code } });
          if (trace.length > 0)
            expect(decided).toMatchObject({
              trace: trace.map((fact) => ('event' in fact ? fact : { stream: own, event: fact })),
            });
        },
      };
    },
  };
}

type Fact = FtmEvent | StreamEvent;
