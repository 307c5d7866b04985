/** A process that died: whatever it was about to do, it does not do any more. */
export class Died extends Error {
  constructor(where: string) {
    super(`died ${where}`);
    this.name = 'Died';
  }
}

export interface Death {
  /** Which of the life's steps, from 0, or the first with this label. */
  readonly step: number | string;
  /** Before it takes effect, or after and before its answer is heard. */
  readonly when: 'before' | 'after';
}

/** One life of a runner: every step it takes in the world is counted, and at one of them it may die. */
export interface Life {
  /** The same functions, each call a step. */
  stepped<T extends object>(name: string, part: T): T;
  /** `after createJob` and such, once it has died. */
  diedAt(): string | null;
}

/**
 * @param die what death is: by default the life goes no step further, and the process lives on
 * @param labelOf what a step is called
 */
export function createLife(
  death: Death | null,
  die: (where: string) => void = () => undefined,
  labelOf = usualLabel,
): Life {
  let steps = 0;
  let dead: string | null = null;
  const take = async (label: string, work: () => unknown): Promise<unknown> => {
    if (dead !== null) throw new Died(dead);
    const mine = steps;
    steps += 1;
    const dies = (when: Death['when']): void => {
      if ((death?.step !== mine && death?.step !== label) || death.when !== when) return;
      dead = `${when} ${label}`;
      die(dead);
      throw new Died(dead);
    };
    dies('before');
    const answer = await work();
    dies('after');
    return answer;
  };
  return {
    diedAt: () => dead,
    stepped: (name, part) =>
      new Proxy(part, {
        get(target, key) {
          const member: unknown = Reflect.get(target, key);
          if (typeof member !== 'function' || key === 'jobRequest') return member;
          return (...given: unknown[]) => {
            const taken = (): Promise<unknown> =>
              take(labelOf(name, String(key), given), () => Reflect.apply(member, target, given) as unknown);
            return key === 'getStream' ? whenRead(taken) : taken();
          };
        },
      }),
  };
}

/** A stream is a step when its reader begins. */
async function* whenRead(taken: () => Promise<unknown>): AsyncGenerator<unknown, void> {
  yield* (await taken()) as AsyncIterable<unknown>;
}

/** A command is known by its type, all else by its name. */
export function usualLabel(name: string, key: string, given: readonly unknown[]): string {
  const command = given.find(
    (each): each is { type: string } => typeof each === 'object' && each !== null && 'type' in each,
  );
  return name === 'commands' && command !== undefined ? command.type : `${name}.${key}`;
}
