/** Numbers that were used once, for as long as they could be used again. */
export interface Nonces {
  /** @returns false when it was taken already */
  take(nonce: string): boolean;
}

/** @param keepMs how long one is remembered at least; twice that at most */
export function createNonces(keepMs: number, now: () => number): Nonces {
  let current = new Set<string>();
  let former = new Set<string>();
  let since = now();
  return {
    take(nonce) {
      const time = now();
      if (time - since >= keepMs) {
        former = time - since >= 2 * keepMs ? new Set() : current;
        current = new Set();
        since = time;
      }
      if (current.has(nonce) || former.has(nonce)) return false;
      current.add(nonce);
      return true;
    },
  };
}
