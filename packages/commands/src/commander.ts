import type { LogPosition, RecordedEvent } from '@ftm/contracts/envelope';
import type { StreamId, TenantId } from '@ftm/contracts/ids';
import { toPast } from '@ftm/domain/event-meta';
import { handle, primaryStream, streamsToPrefetch } from '@ftm/domain/handle';
import {
  LogUnavailable,
  NotOwner,
  type AppendDecision,
  type AppendOutcome,
  type CommandQuery,
  type DecisionReader,
  type EventLog,
} from '@ftm/event-log/event-log';
import { traceparent } from '@ftm/runtime/telemetry';
import { withTimeout } from '@ftm/runtime/with-timeout';
import { createNewestWrites, later } from './newest-writes.ts';
import type { Order } from './order.ts';

const NEWEST_WRITE_TIMEOUT_MS = 500;

/** What became of a command. */
export type Outcome = AppendOutcome;

/** The way to the rules. Here, on another instance, or on whichever of them is the tenant's writer: all the same to who asks. */
export interface Commander {
  /** @throws LogUnavailable, CommandInFlight: the same order may be sent again; anything else is a defect */
  execute(order: Order): Promise<Outcome>;
  /**
   * What `execute` would answer to a retry, without deciding anything; null when the log has no such command.
   * @throws LogUnavailable, CommandInFlight
   */
  find(query: CommandQuery): Promise<Outcome | null>;
  /** A stream as its writer knows it: nothing that was acknowledged is missing. @throws LogUnavailable */
  readStream(tenant: TenantId, stream: StreamId): Promise<readonly RecordedEvent[]>;
  /**
   * The newest position that was acknowledged to this actor, as far as it is known: what a read of the actor's own writes waits
   * for. It is kept in memory, by the instances that answered and by the writer, so a restart forgets it. Never throws.
   */
  newestWrite(tenant: TenantId, actor: string): Promise<LogPosition | null>;
}

export interface RoutingCommander extends Commander {
  /** Never forwards: what was forwarded once goes no further. */
  readonly here: Commander;
}

/**
 * Decides here when this instance writes the tenant's partition, else on the instance that does, one hop away.
 * @param peer reaches another instance by its internal address; null where there is none
 */
export function createCommander(
  log: EventLog,
  peer: ((address: string) => Commander) | null,
): RoutingCommander {
  const newest = createNewestWrites();
  const noted = <T extends Outcome | null>(tenant: TenantId, actor: string, outcome: T): T => {
    if (outcome?.kind === 'appended' && outcome.position !== null)
      newest.note(tenant, actor, outcome.position);
    return outcome;
  };

  const local: Commander = {
    async execute(order) {
      const { command, expectedVersion, ...rest } = order;
      return concluded(
        await log.submit({
          ...rest,
          traceparent: traceparent(),
          primary: primaryStream(command),
          prefetch: streamsToPrefetch(command, order.tenantId),
          ...(expectedVersion === undefined ? {} : { expectedVersion }),
          decide: (read) => decide(order, read),
        }),
      );
    },
    async find(query) {
      const found = await log.find(query);
      return found === null ? null : concluded(found);
    },
    readStream: (tenant, stream) => log.readStream(tenant, stream),
    newestWrite: async (tenant, actor) => newest.of(tenant, actor),
  };

  /** Asks the log here; where that is not the writer, `elsewhere`. */
  async function routed<T>(
    ask: (commander: Commander) => Promise<T>,
    elsewhere: ((address: string) => Commander) | null,
  ): Promise<T> {
    try {
      return await ask(local);
    } catch (error) {
      if (!(error instanceof NotOwner)) throw error;
      if (elsewhere === null || error.owner === null)
        throw new LogUnavailable('claiming', 500, { cause: error });
      return ask(elsewhere(error.owner));
    }
  }

  function over(elsewhere: ((address: string) => Commander) | null): Commander {
    return {
      execute: async (order) =>
        noted(order.tenantId, order.actor, await routed((commander) => commander.execute(order), elsewhere)),
      find: (query) => routed((commander) => commander.find(query), elsewhere),
      readStream: (tenant, stream) => routed((commander) => commander.readStream(tenant, stream), elsewhere),
      async newestWrite(tenant, actor) {
        const own = newest.of(tenant, actor);
        const { mine, owner } = log.locate(tenant);
        if (mine || owner === null || elsewhere === null) return own;
        // The writer knows of what other instances forwarded. When it cannot be asked, what is known here has to do.
        const theirs = await withTimeout(
          elsewhere(owner)
            .newestWrite(tenant, actor)
            .catch(() => null),
          NEWEST_WRITE_TIMEOUT_MS,
          () => null,
        );
        return later(own, theirs);
      },
    };
  }
  return { ...over(peer), here: over(null) };
}

async function decide(order: Order, read: DecisionReader): Promise<AppendDecision> {
  const { tenantId, actor, now } = order;
  const decision = await handle(
    order.command,
    { tenantId, actor, now },
    { load: async (stream) => (await read.load(stream)).map(toPast) },
  );
  return decision.kind === 'accepted'
    ? { kind: 'append', events: decision.events }
    : { kind: 'reject', rejection: decision.rejection };
}

/** What the log's answer means: the one place where an outcome becomes a rejection, for a first try, a retry and a look-up alike. */
function concluded(outcome: AppendOutcome): Outcome {
  return outcome;
}
