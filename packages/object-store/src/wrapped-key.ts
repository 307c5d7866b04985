/** A data key as it is stored, in `keys/<tenant>/<key id>.json`. */
export interface WrappedKey {
  readonly id: string;
  /** Name of the key-encryption key that wrapped it. */
  readonly keyEncryptionKey: string;
  readonly wrapped: Buffer;
}

/** What a data key is bound to when it is wrapped: it opens nowhere else. */
export const keyContext = (tenantId: string, keyId: string): string => `${tenantId} ${keyId}`;

export const writeWrappedKey = ({ id, keyEncryptionKey, wrapped }: WrappedKey): Buffer =>
  Buffer.from(JSON.stringify({ id, keyEncryptionKey, wrapped: wrapped.toString('base64') }));

export function readWrappedKey(bytes: Buffer): WrappedKey {
  const { id, keyEncryptionKey, wrapped } = JSON.parse(bytes.toString('utf8')) as {
    readonly id: string;
    readonly keyEncryptionKey: string;
    readonly wrapped: string;
  };
  return { id, keyEncryptionKey, wrapped: Buffer.from(wrapped, 'base64') };
}
