/** Where objects lie. Names are chosen by the caller; an object is written once and never changed. */
export interface ObjectStore {
  /**
   * Writes an object that is not there yet. True: it was there already, and was left as it is. @throws
   * ObjectStoreUnavailable
   */
  putIfAbsent(key: string, bytes: Uint8Array): Promise<{ readonly existed: boolean }>;
  /**
   * The same for what comes as a stream of `bytes` bytes; little of it is held. The object is visible when all of it
   * is there, or not at all.
   * @throws ObjectStoreUnavailable; what the stream throws
   */
  putStreamIfAbsent(
    key: string,
    bytes: number,
    stream: AsyncIterable<Uint8Array>,
  ): Promise<{ readonly existed: boolean }>;
  /** Undefined when there is no such object. @throws ObjectStoreUnavailable */
  get(key: string): Promise<Buffer | undefined>;
  /**
   * The same as a stream, which throws ObjectStoreUnavailable when it breaks off, and whose connection ends when its
   * reader stops.
   */
  getStream(key: string): Promise<AsyncIterable<Buffer> | undefined>;
  /** Length in bytes; undefined when there is no such object. @throws ObjectStoreUnavailable */
  size(key: string): Promise<number | undefined>;
  delete(key: string): Promise<void>;
  /** `s3://bucket/key` for a key. */
  uri(key: string): string;
  /** The key of a URI of this store. @throws RangeError for another store's */
  key(uri: string): string;
  /** @throws ObjectStoreUnavailable */
  ping(): Promise<void>;
}

/** The store does not answer: the same call may succeed later. */
export class ObjectStoreUnavailable extends Error {
  constructor(cause: unknown) {
    super('the object store does not answer', { cause });
    this.name = 'ObjectStoreUnavailable';
  }
}

/** The stored bytes are not what the log says they are. */
export class ObjectCorrupt extends Error {
  constructor(uri: string, detail: string) {
    super(`${uri}: ${detail}`);
    this.name = 'ObjectCorrupt';
  }
}

/** The key that decrypts it is gone: the object cannot be read by anybody any more. */
export class ObjectKeyErased extends Error {
  constructor(keyId: string) {
    super(`the data key ${keyId} was erased`);
    this.name = 'ObjectKeyErased';
  }
}
