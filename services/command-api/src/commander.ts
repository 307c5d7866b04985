import { parseStreamId, tenantId, type StreamId, type TenantId } from '@ftm/contracts/ids';
import type { Envelope, LogPosition, RecordedEvent } from '@ftm/contracts/envelope';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import type { Command } from '@ftm/domain/command';
import { toPast } from '@ftm/domain/event-meta';
import { handle, primaryStream, streamsToPrefetch } from '@ftm/domain/handle';
import {
  CommandInFlight,
  LogUnavailable,
  NotOwner,
  type AppendOutcome,
  type EventLog,
} from '@ftm/event-log/event-log';
import { traceparent } from '@ftm/runtime/telemetry';
import { Problem } from './http/problem.ts';

/** A command with everything that the log wants to know of it. */
export interface Order {
  readonly tenantId: TenantId;
  readonly commandId: string;
  readonly fingerprint: string;
  readonly actor: string;
  readonly correlation: string;
  readonly causation: string | null;
  /** ISO 8601. */
  readonly now: string;
  readonly expectedVersion?: number;
  readonly command: Command;
}

export interface Commander {
  /** @param hop it was forwarded once: it goes no further. @throws LogUnavailable, CommandInFlight */
  execute(order: Order, hop?: boolean): Promise<AppendOutcome>;
  /** A stream as its writer knows it: nothing that was acknowledged is missing. */
  readStream(tenant: TenantId, stream: StreamId, hop?: boolean): Promise<readonly RecordedEvent[]>;
}

const FORWARD_TIMEOUT_MS = 20_000;

/** Decides here when this instance writes the tenant's partition, else on the instance that does. */
export function createCommander(log: EventLog, internalToken: string): Commander {
  const elsewhere = async <T>(
    error: unknown,
    hop: boolean,
    forward: (owner: string) => Promise<T>,
  ): Promise<T> => {
    if (!(error instanceof NotOwner)) throw error;
    if (hop || error.owner === null) throw new LogUnavailable('claiming', 500);
    return forward(error.owner);
  };
  async function call(
    owner: string,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Record<string, unknown>> {
    const parent = traceparent();
    let answer: Response;
    try {
      answer = await fetch(new URL(path, owner), {
        method,
        headers: {
          authorization: `Bearer ${internalToken}`,
          'content-type': 'application/json',
          'x-ftm-hop': '1',
          ...(parent === null ? {} : { traceparent: parent }),
        },
        signal: AbortSignal.timeout(FORWARD_TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      // The owner may have written it all the same; the caller's retry finds out.
      throw new LogUnavailable('outcome_unknown', 1000, { cause: error });
    }
    const json = (await answer.json()) as Record<string, unknown>;
    if (answer.ok) return json;
    if (answer.status === 409 && json['code'] === 'COMMAND_IN_FLIGHT') throw new CommandInFlight();
    if (answer.status === 503)
      throw new LogUnavailable(
        (json['reason'] ?? 'claiming') as LogUnavailable['reason'],
        Number(json['retryAfterMs'] ?? 1000),
      );
    throw new Error(`the owner answered ${answer.status} to a forwarded call`);
  }

  return {
    async execute(order, hop = false) {
      const { command, expectedVersion, ...rest } = order;
      try {
        return await log.submit({
          ...rest,
          traceparent: traceparent(),
          primary: primaryStream(command),
          prefetch: streamsToPrefetch(command, rest.tenantId),
          ...(expectedVersion === undefined ? {} : { expectedVersion }),
          async decide(read) {
            const decision = await handle(
              command,
              { tenantId: order.tenantId, actor: order.actor, now: order.now },
              { load: async (stream) => (await read.load(stream)).map(toPast) },
            );
            return decision.kind === 'accepted'
              ? { kind: 'append', events: decision.events }
              : { kind: 'reject', rejection: decision.rejection };
          },
        });
      } catch (error) {
        return elsewhere(error, hop, async (owner) =>
          outcomeFromWire(await call(owner, 'POST', '/internal/commands', order)),
        );
      }
    },
    async readStream(tenant, stream, hop = false) {
      try {
        return await log.readStream(tenant, stream);
      } catch (error) {
        const { aggregate, id } = parseStreamId(stream);
        return elsewhere(error, hop, async (owner) =>
          eventsFromWire(
            (await call(owner, 'GET', `/internal/streams/${encodeURIComponent(tenant)}/${aggregate}/${id}`))[
              'events'
            ],
          ),
        );
      }
    },
  };
}

/** Offsets are 64-bit: as text they survive JSON. */
export function outcomeToWire(outcome: AppendOutcome): Record<string, unknown> {
  if (outcome.kind !== 'appended') return { ...outcome };
  return {
    ...outcome,
    events: outcome.events.map(eventToWire),
    history: outcome.history.map(eventToWire),
    position: outcome.position === null ? null : positionToWire(outcome.position),
  };
}

export const eventToWire = ({ envelope, event, position }: RecordedEvent): Record<string, unknown> => ({
  envelope,
  event,
  position: positionToWire(position),
});
const positionToWire = ({ partition, offset }: LogPosition): { partition: number; offset: string } => ({
  partition,
  offset: String(offset),
});

interface WireEvent {
  readonly envelope: Envelope;
  readonly event: FtmEvent;
  readonly position: { readonly partition: number; readonly offset: string };
}

function outcomeFromWire(json: Record<string, unknown>): AppendOutcome {
  if (json['kind'] !== 'appended') return json as unknown as AppendOutcome;
  const position = json['position'] as WireEvent['position'] | null;
  return {
    kind: 'appended',
    replayed: json['replayed'] === true,
    events: eventsFromWire(json['events']),
    history: eventsFromWire(json['history']),
    position: position === null ? null : { partition: position.partition, offset: BigInt(position.offset) },
  };
}

const eventsFromWire = (events: unknown): RecordedEvent[] =>
  (events as WireEvent[]).map((each) => ({
    envelope: each.envelope,
    event: each.event,
    position: { partition: each.position.partition, offset: BigInt(each.position.offset) },
  }));

export function asTenant(text: string): TenantId {
  try {
    return tenantId(text);
  } catch {
    throw new Problem(404, 'NOT_FOUND', 'there is no such resource');
  }
}
