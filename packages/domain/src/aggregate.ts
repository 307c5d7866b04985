import { asEventOf, type EventOf } from '@ftm/contracts/event-of';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import type { Aggregate, StreamId, TenantId } from '@ftm/contracts/ids';
import type { CommandMeta } from './command-meta.ts';
import type { Decision } from './decision.ts';
import type { EventMeta, PastEvent } from './event-meta.ts';
import {
  born,
  ImpossibleEvent,
  timed,
  touched,
  withGate,
  type Absent,
  type Facts,
  type Lifetime,
} from './facts.ts';

/** Whose a resource is. A key that covers some projects sees what is of one of these, and what is of the tenant as a whole. */
export type Scope = { readonly of: 'project'; readonly projectId: string } | { readonly of: 'tenant' };

export const ofProject = (projectId: string): Scope => ({ of: 'project', projectId });
export const OF_TENANT: Scope = { of: 'tenant' };

/** The states of a union in which there is something. */
export type Present<S> = Exclude<S, Absent>;

export interface CommandRules<C> {
  /** It begins work or stores something: an erased tenant may not. */
  readonly begins: boolean;
  /** The streams that its decision reads besides its own, as far as the command alone tells. They are loaded ahead. */
  reads?(command: C, tenant: TenantId): readonly StreamId[];
}

/** How streams of an aggregate are folded. */
export interface Fold<S> {
  readonly name: Aggregate;
  readonly initial: S;
  /** @throws ImpossibleEvent for an event that cannot follow, ForeignEvent for one of another aggregate */
  evolve(state: S, event: FtmEvent, meta: EventMeta): S;
}

/** The state of another resource of the tenant, as the events before this decision made it; the initial one for no id. */
export type Load = <S>(of: Fold<S>, id: string | null) => Promise<S>;

export interface Scoped<S> {
  /** Null for one that is not there. */
  projectOf(state: S): Scope | null;
}

interface Commands<S, C extends { readonly type: string }> {
  /** What it can be told. */
  readonly commands: { readonly [T in C['type']]: CommandRules<Extract<C, { readonly type: T }>> };
  /** The events that a command gives, on its own streams and those of others, or why it gives none. */
  handle(command: C, state: S, meta: CommandMeta, load: Load): Decision | Promise<Decision>;
}

/** Everything that FTM knows of one kind of resource. */
export interface AggregateRules<S, C extends { readonly type: string }>
  extends Fold<S>, Scoped<S>, Commands<S, C> {}

/** An event on a stream of another aggregate. */
export class ForeignEvent extends Error {
  constructor(type: string, aggregate: string) {
    super(`${type} does not belong on a stream of ${aggregate}`);
    this.name = 'ForeignEvent';
  }
}

/** Makes an aggregate of rules that see its own events only, and that are asked of what is there only whose it is. */
export function defineAggregate<
  A extends Aggregate,
  S extends Absent | Facts,
  C extends { readonly type: string },
>(
  rules: Commands<S, C> & {
    readonly name: A;
    readonly initial: S;
    evolve(state: S, event: EventOf<A>, meta: EventMeta): S;
    projectOf(state: Present<S>): Scope;
    /** What an absent one becomes by an event that belongs on any stream; without it none can come first. */
    began?(facts: Facts): S;
    readonly work?: Lifetime;
  },
): AggregateRules<S, C> {
  const { name, began, work } = rules;
  const evolve = (state: S, event: EventOf<A>, meta: EventMeta): S => {
    const next = rules.evolve(state, event, meta);
    return work === undefined || !isThere(next) ? next : timed(work, next, event.type, meta);
  };
  return {
    ...rules,
    evolve(state, event, meta) {
      const own = asEventOf(name, event);
      if (own !== null) return evolve(state, own, meta);
      const shared = asEventOf('any', event);
      if (shared === null) throw new ForeignEvent(event.type, name);
      if (!isThere(state)) {
        if (began === undefined) throw new ImpossibleEvent(event.type, 'absent');
        return evolveAny(began(born(meta)), shared, meta);
      }
      return evolveAny(state, shared, meta);
    },
    projectOf: (state) => (isThere(state) ? rules.projectOf(state) : null),
  };
}

const isThere = <S extends Absent | Facts>(
  state: S,
): state is Present<S> & Facts & { readonly status: string } => 'version' in state;

/** What belongs on any stream moves the facts of its resource, and nothing else. */
function evolveAny<S extends Absent | Facts>(state: S, event: EventOf<'any'>, meta: EventMeta): S {
  if (!isThere(state)) return state;
  const moved = touched(state, meta);
  switch (event.type) {
    case 'GateAnswered':
      return withGate(moved, event.data);
    case 'LabelsSet':
      return { ...moved, labels: event.data };
    case 'CommandRefused':
      return moved;
  }
}

/** @throws ImpossibleEvent, ForeignEvent */
export const foldEvents = <S>({ initial, evolve }: Fold<S>, events: readonly PastEvent[]): S =>
  events.reduce<S>((state, { event, meta }) => evolve(state, event, meta), initial);
