/**
 * Ids of commands that were looked for and are not in the log, so that they are not looked for again when they are
 * submitted.
 */
export interface AbsentCommands {
  has(id: string): boolean;
  /** Looks for a command. When nothing is found it counts as absent, unless it was written meanwhile. */
  lookFor<T>(id: string, ask: () => Promise<readonly T[]>): Promise<readonly T[]>;
  /** It is in the log now. To be told of every command that is written. */
  written(id: string): void;
}

/**
 * For one claim of a partition: what is absent stays so until the writer itself writes it, because nobody else can.
 * The newest are kept; one that was forgotten costs a look-up and nothing else.
 */
export function createAbsentCommands(max = 10_000): AbsentCommands {
  const known = new Set<string>();
  /** The newest look-up of each id that is under way. An answer counts only while its look-up is here. */
  const asking = new Map<string, symbol>();
  return {
    has: (id) => known.has(id),
    async lookFor(id, ask) {
      const own = Symbol(id);
      asking.set(id, own);
      try {
        const found = await ask();
        if (found.length === 0 && asking.get(id) === own) known.add(id);
        for (const oldest of known) {
          if (known.size <= max) break;
          known.delete(oldest);
        }
        return found;
      } finally {
        if (asking.get(id) === own) asking.delete(id);
      }
    },
    written(id) {
      known.delete(id);
      asking.delete(id);
    },
  };
}
