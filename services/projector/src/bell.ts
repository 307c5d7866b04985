/** Wakes up who has nothing to do in this process, so that waiting for events costs no questions to the database. */
export interface Bell {
  ring(): void;
  /** Aborted at the next ring. Taken before one looks for work, so that what comes while one looks is not missed. */
  next(): AbortSignal;
}

export function createBell(): Bell {
  let coming = new AbortController();
  return {
    ring() {
      coming.abort();
      coming = new AbortController();
    },
    next: () => coming.signal,
  };
}
