import { withTimeout } from '@ftm/runtime/with-timeout';
import type { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import {
  decodeBody,
  encodeBody,
  eventName,
  newest,
  UnknownSchemaVersion,
  writtenVersion,
} from '@ftm/contracts/codec';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import { EVENTS_TOPIC } from '@ftm/contracts/topics';
import { registerSchemas } from './registered-schemas.ts';

/** The registry does not answer, or does not know the schema yet: the same call may succeed later. */
export class RegistryUnavailable extends Error {
  readonly retryable = true;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'RegistryUnavailable';
  }
}

/** The value is no event of the type that its header names. Trying again does not help. */
export class UndecodableValue extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'UndecodableValue';
  }
}

export interface Registry {
  /** Id of the schema that this program writes. @throws RegistryUnavailable */
  schemaId(name: string): Promise<number>;
  /**
   * Confluent framing: a zero byte, the schema's id in 4 bytes, the Avro body. @throws RegistryUnavailable,
   * EventMisfit
   */
  encode(event: FtmEvent): Promise<Buffer>;
  /** The same for technical records, which are no `FtmEvent`. */
  encodeTechnical(name: string, data: unknown): Promise<Buffer>;
  /**
   * @param fullType what the record's `ce_type` says; an id of another type is an error
   * @throws RegistryUnavailable, UndecodableValue
   */
  decode(fullType: string, value: Buffer): Promise<FtmEvent>;
  /** Id and version of the schema that the value was written with. @throws as `decode` */
  written(fullType: string, value: Buffer): Promise<{ readonly id: number; readonly version: number }>;
  /**
   * Registers every version of every schema, FULL_TRANSITIVE. For the migrate step; nothing registers at run time.
   * @returns subject → id of its newest schema
   * @throws Error naming the event whose schema the registry refuses
   */
  registerAll(): Promise<ReadonlyMap<string, number>>;
}

export interface RegistryOptions {
  /** Subjects are `<topic>-<full name>` (TopicRecordNameStrategy). */
  readonly topic?: string;
  /** Of one look-up with its retries; default 5000. */
  readonly timeoutMs?: number;
}

const HEADER_BYTES = 5;

/** @param url of the Confluent API, e.g. `http://127.0.0.1:28081/apis/ccompat/v7` */
export function createRegistry(url: string, options: RegistryOptions = {}): Registry {
  const topic = options.topic ?? EVENTS_TOPIC;
  const timeoutMs = options.timeoutMs ?? 5000;
  const host = url.replace(/\/+$/, '');
  const client = clientOf(host);
  const idByName = new Map<string, Promise<number>>();
  const writerById = new Map<number, Promise<WriterSchema>>();
  const subject = (fullName: string): string => `${topic}-${fullName}`;

  function schemaId(name: string): Promise<number> {
    return cached(idByName, name, async () => {
      const entry = newest(name);
      const id = await within(timeoutMs, `id of ${entry.fullName}`, async () => {
        const { registry, type } = await client();
        const schema = JSON.stringify(entry.schema);
        return registry.getRegistryIdBySchema(subject(entry.fullName), { type, schema });
      });
      writerById.set(id, Promise.resolve({ fullName: entry.fullName }));
      return id;
    });
  }

  function writer(id: number): Promise<WriterSchema> {
    return cached(writerById, id, async () => {
      try {
        const type: unknown = await within(timeoutMs, `schema ${id}`, async () =>
          (await client()).registry.getSchema(id),
        );
        return describe(id, type);
      } catch (error) {
        // It answered, and has no such schema: waiting does not bring it.
        if (error instanceof RegistryUnavailable && statusOf(error.cause) === 404)
          throw new UndecodableValue(`the registry has no schema ${id}`, { cause: error });
        throw error;
      }
    });
  }

  async function writerOf(fullType: string, value: Buffer): Promise<WriterSchema & { readonly id: number }> {
    const id = frameId(value);
    const name = eventName(fullType);
    if (name === undefined) throw new UndecodableValue(`unknown event type ${fullType}`);
    // Knowing the own id first spares the general path for what this program's own version wrote.
    if (!writerById.has(id)) await schemaId(name).catch(() => undefined);
    const schema = await writer(id);
    if (schema.fullName !== fullType)
      throw new UndecodableValue(`schema ${id} is ${schema.fullName}, the record says ${fullType}`);
    return { id, ...schema };
  }

  function understood<T>(fullType: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw new UndecodableValue(
        error instanceof UnknownSchemaVersion ? error.message : `the value is no ${fullType}`,
        { cause: error },
      );
    }
  }

  async function frame(name: string, data: unknown): Promise<Buffer> {
    const body = encodeBody(name, data);
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32BE(await schemaId(name), 1);
    return Buffer.concat([header, body]);
  }

  return {
    schemaId,
    encode: (event) => frame(event.type, event.data),
    encodeTechnical: frame,
    async decode(fullType, value) {
      const { schema } = await writerOf(fullType, value);
      return understood(fullType, () => decodeBody(fullType, value.subarray(HEADER_BYTES), schema));
    },
    async written(fullType, value) {
      const { id, schema } = await writerOf(fullType, value);
      return { id, version: understood(fullType, () => writtenVersion(fullType, schema)) };
    },
    registerAll: async () => (await registerSchemas({ url: host, topic, timeoutMs })).ids,
  };
}

/** Schema id of a framed value. @throws UndecodableValue */
export function frameId(value: Buffer): number {
  if (value.length < HEADER_BYTES || value.readUInt8(0) !== 0)
    throw new UndecodableValue('the value has no registry framing');
  return value.readUInt32BE(1);
}

interface WriterSchema {
  readonly fullName: string;
  /** Absent for the schema that this program itself writes. */
  readonly schema?: unknown;
}

interface Client {
  readonly registry: SchemaRegistry;
  readonly type: SchemaType.AVRO;
}

/** Loaded when it is first needed: it brings the readers of two more formats, and a service that has no event to read yet starts without them. */
function clientOf(host: string): () => Promise<Client> {
  let loaded: Promise<Client> | undefined;
  return () =>
    (loaded ??= import('@kafkajs/confluent-schema-registry').then(({ SchemaRegistry, SchemaType }) => ({
      registry: new SchemaRegistry({
        host,
        retry: { initialRetryTimeInSecs: 0.1, retries: 2, maxRetryTimeInSecs: 1 },
      }),
      type: SchemaType.AVRO,
    })));
}

/** Promises of successes are kept, of failures dropped, so that the next call asks again. */
function cached<K, V>(cache: Map<K, Promise<V>>, key: K, load: () => Promise<V>): Promise<V> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const loading = load();
  cache.set(key, loading);
  loading.catch(() => cache.delete(key));
  return loading;
}

async function within<T>(timeoutMs: number, what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await withTimeout(call, timeoutMs, () => {
      throw new Error(`no answer in ${timeoutMs} ms`);
    });
  } catch (error) {
    throw new RegistryUnavailable(`the schema registry did not give the ${what}: ${text(error)}`, {
      cause: error,
    });
  }
}

function describe(id: number, type: unknown): WriterSchema {
  if (typeof type === 'object' && type !== null && 'name' in type && 'schema' in type) {
    const { name, schema } = type;
    if (typeof name === 'string' && typeof schema === 'function')
      return { fullName: name, schema: schema.call(type, { exportAttrs: true }) as unknown };
  }
  throw new UndecodableValue(`schema ${id} is no named Avro record`);
}

function statusOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
