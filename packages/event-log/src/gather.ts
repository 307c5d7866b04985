/**
 * Many look-ups with few calls: what is asked for while a call runs waits and goes into the next one together.
 * @param ask keys are different from each other; what it throws reaches all who asked for one of them
 */
export function createGather<K, V>(
  ask: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>,
): (key: K) => Promise<V | undefined> {
  let next: { readonly keys: Set<K>; readonly answer: Promise<ReadonlyMap<K, V>> } | null = null;
  let running: Promise<unknown> = Promise.resolve();

  function open(): { readonly keys: Set<K>; readonly answer: Promise<ReadonlyMap<K, V>> } {
    const keys = new Set<K>();
    const answer = running.then(() => {
      next = null;
      return ask([...keys]);
    });
    running = answer.catch(() => undefined);
    return { keys, answer };
  }

  return async (key) => {
    next ??= open();
    next.keys.add(key);
    return (await next.answer).get(key);
  };
}
