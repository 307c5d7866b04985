export interface WatchedStream<T> {
  readonly stream: AsyncIterable<T>;
  readonly failure: { readonly error: unknown } | undefined;
}

/** The same stream, which remembers its own failure: it is to be told from that of the upload it goes into. */
export function watched<T>(stream: AsyncIterable<T>): WatchedStream<T> {
  let failure: { readonly error: unknown } | undefined;
  return {
    stream: (async function* () {
      try {
        yield* stream;
      } catch (error) {
        failure = { error };
        throw error;
      }
    })(),
    get failure() {
      return failure;
    },
  };
}
