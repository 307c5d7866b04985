/** Wraps and unwraps data keys with a key-encryption key that never leaves it. */
export interface KeyProvider {
  /** Name of the key-encryption key, kept with what it wrapped. */
  readonly keyId: string;
  wrap(dataKey: Uint8Array, context: string): Promise<Buffer>;
  /** @throws Error when it was wrapped by another key, in another context, or was changed */
  unwrap(wrapped: Uint8Array, context: string): Promise<Buffer>;
}
