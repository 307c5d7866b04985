import { KINDS, type Kind } from './kinds.ts';

/** Workers for each kind of work. */
export interface Concurrency {
  /** For long and short work together; all but one may be at long work at a time. */
  readonly due: number;
  /** For waiting work. */
  readonly waiting: number;
}

export const workersOf = ({ due, waiting }: Concurrency): number => due + waiting;

/**
 * Who may take what. A worker that looks for a job has the place of each kind that it may find until it has found one; so however many look at the same time, no kind gets more workers than its share.
 */
export interface Shares {
  /** What the next worker that looks must pass over. */
  forbidden(): Kind[];
  /** That worker looks now. */
  looks(workerId: string): void;
  /** It has found a job of a kind; null for one that has none. */
  found(workerId: string, kind: Kind | null): void;
  /** It has found nothing, has ended its job, or is no more. */
  free(workerId: string): void;
  /** Kinds that nobody can take now, however many jobs of them are due. */
  full(): Kind[];
}

export function createShares({ due, waiting }: Concurrency): Shares {
  /** Worker → what it may be at. */
  const held = new Map<string, readonly Kind[]>();
  /** In the order in which workers asked; each looks in its turn. */
  const asked: (readonly Kind[])[] = [];

  function fullOf(holders: readonly (readonly Kind[])[]): Kind[] {
    const count = (...kinds: readonly Kind[]): number =>
      holders.filter((each) => each.some((kind) => kinds.includes(kind))).length;
    const isFull: Readonly<Record<Kind, boolean>> = {
      long: count('long') >= Math.max(1, due - 1) || count('long', 'short') >= due,
      short: count('long', 'short') >= due,
      waiting: count('waiting') >= waiting,
    };
    return KINDS.filter((kind) => isFull[kind]);
  }

  return {
    forbidden() {
      const full = fullOf([...held.values(), ...asked]);
      asked.push(KINDS.filter((kind) => !full.includes(kind)));
      return full;
    },
    looks: (workerId) => void held.set(workerId, asked.shift() ?? []),
    found: (workerId, kind) => void held.set(workerId, kind === null ? [] : [kind]),
    free: (workerId) => void held.delete(workerId),
    full: () => fullOf([...held.values()].filter((kinds) => kinds.length === 1)),
  };
}
