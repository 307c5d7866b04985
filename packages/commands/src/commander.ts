import { setTimeout as sleep } from 'node:timers/promises';
import type { LogPosition, RecordedEvent } from '@ftm/contracts/envelope';
import type { StreamId, TenantId } from '@ftm/contracts/ids';
import { toPast } from '@ftm/domain/event-meta';
import type { Rejection } from '@ftm/domain/decision';
import { refusalOf } from '@ftm/domain/refusal';
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
const CLAIM_WAIT_MS = 3000;
const SOON: ReadonlySet<LogUnavailable['reason']> = new Set(['claiming', 'catching_up']);

/** What became of a command. A refusal that the log keeps is replayed like anything that was appended. */
export type Outcome =
  | Exclude<AppendOutcome, { readonly kind: 'rejected' }>
  | { readonly kind: 'rejected'; readonly rejection: Rejection; readonly replayed: boolean };

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
      const found = await onceServing(() => log.find(query));
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

/** As a command waits in the queue of a writer that is just taking its partition, so does the look for one. */
async function onceServing<T>(look: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + CLAIM_WAIT_MS; ;) {
    try {
      return await look();
    } catch (error) {
      const soon = error instanceof LogUnavailable && SOON.has(error.reason);
      if (!soon || Date.now() > until) throw error;
      await sleep(50);
    }
  }
}

async function decide(order: Order, read: DecisionReader): Promise<AppendDecision> {
  const { tenantId, actor, now } = order;
  const decision = await handle(
    order.command,
    { tenantId, actor, now },
    { load: async (stream) => (await read.load(stream)).map(toPast) },
  );
  if (decision.kind === 'accepted') return { kind: 'append', events: decision.events };
  // A refusal that leaves a trace is an append to the log, and a refusal to who asked.
  return decision.trace.length > 0
    ? { kind: 'append', events: decision.trace }
    : { kind: 'reject', rejection: decision.rejection };
}

/** What the log's answer means: the one place where an outcome becomes a rejection, for a first try, a retry and a look-up alike. */
function concluded(outcome: AppendOutcome): Outcome {
  // What the log hands back is what the rules gave it.
  if (outcome.kind === 'rejected')
    return { kind: 'rejected', rejection: outcome.rejection as Rejection, replayed: false };
  if (outcome.kind !== 'appended') return outcome;
  const rejection = refusalOf(outcome.events.map(({ event }) => event));
  return rejection === undefined ? outcome : { kind: 'rejected', rejection, replayed: outcome.replayed };
}
