import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import type { ListingStore } from './erase-tenant.ts';
import type { ReplacingStore } from './rewrap-keys.ts';
import { ObjectStoreUnavailable } from './object-store.ts';
import { watched } from './watched-stream.ts';

export interface S3Options {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Server-side encryption on top of FTM's own; not every S3 server has it. */
  readonly serverSideEncryption?: 'AES256' | 'aws:kms';
}

/**
 * What is larger goes in parts of this size, so many at a time; S3 takes 10,000 of them, and none but the last below
 * 5 MiB.
 */
const PART_BYTES = 8 * 2 ** 20;
const PARTS_IN_FLIGHT = 2;
const MOST_PARTS = 10_000;

export function createS3Store(options: S3Options): ListingStore & ReplacingStore {
  const { bucket } = options;
  const client = new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    forcePathStyle: true,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 3000, requestTimeout: 60_000 },
    // FTM verifies what it reads itself, and tells changed bytes from a store that does not answer.
    responseChecksumValidation: 'WHEN_REQUIRED',
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
  });
  const encryption =
    options.serverSideEncryption === undefined ? {} : { ServerSideEncryption: options.serverSideEncryption };
  const uri = (key: string): string => `s3://${bucket}/${key}`;
  const head = async (key: string): Promise<HeadObjectCommandOutput | undefined> => {
    try {
      return await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    } catch (error) {
      if (status(error) === 404) return undefined;
      throw unavailable(error);
    }
  };
  return {
    uri,
    key(text) {
      const prefix = uri('');
      if (!text.startsWith(prefix))
        throw new RangeError(`not an object of this store: ${text.slice(0, 100)}`);
      return text.slice(prefix.length);
    },
    async putIfAbsent(key, bytes) {
      try {
        await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: bytes,
            IfNoneMatch: '*',
            ...encryption,
          }),
        );
        return { existed: false };
      } catch (error) {
        if (status(error) === 412 || status(error) === 409) return { existed: true };
        throw unavailable(error);
      }
    },
    async putStreamIfAbsent(key, bytes, stream) {
      const source = watched(stream);
      try {
        await new Upload({
          client,
          queueSize: PARTS_IN_FLIGHT,
          partSize: Math.max(PART_BYTES, Math.ceil(bytes / MOST_PARTS)),
          params: {
            Bucket: bucket,
            Key: key,
            Body: Readable.from(source.stream, { objectMode: true, highWaterMark: 1 }),
            ContentLength: bytes,
            IfNoneMatch: '*',
            ...encryption,
          },
        }).done();
        return { existed: false };
      } catch (error) {
        if (source.failure !== undefined) throw source.failure.error;
        if (status(error) === 412 || status(error) === 409) return { existed: true };
        throw unavailable(error);
      }
    },
    async get(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      } catch (error) {
        if (status(error) === 404) return undefined;
        throw unavailable(error);
      }
    },
    async getStream(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return receiving(Body as Readable);
      } catch (error) {
        if (status(error) === 404) return undefined;
        throw unavailable(error);
      }
    },
    size: async (key) => (await head(key))?.ContentLength,
    modifiedMs: async (key) => (await head(key))?.LastModified?.getTime(),
    async delete(key) {
      await client
        .send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
        .catch((error: unknown) => Promise.reject(unavailable(error)));
    },
    async getTagged(key) {
      try {
        const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return { bytes: Buffer.from((await Body?.transformToByteArray()) ?? []), tag: ETag ?? '' };
      } catch (error) {
        if (status(error) === 404) return undefined;
        throw unavailable(error);
      }
    },
    async replace(key, tag, bytes) {
      try {
        await client.send(
          new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, IfMatch: tag, ...encryption }),
        );
        return true;
      } catch (error) {
        // Another content, or none; or another writer was in the way.
        if ([404, 409, 412].includes(status(error) ?? 0)) return false;
        throw unavailable(error);
      }
    },
    async *list(prefix, after) {
      try {
        for await (const { Contents } of paginateListObjectsV2(
          { client },
          { Bucket: bucket, Prefix: prefix, ...(after === undefined ? {} : { StartAfter: after }) },
        ))
          for (const { Key } of Contents ?? []) if (Key !== undefined) yield Key;
      } catch (error) {
        throw unavailable(error);
      }
    },
    async ping() {
      await client
        .send(new HeadBucketCommand({ Bucket: bucket }))
        .catch((error: unknown) => Promise.reject(unavailable(error)));
    },
  };
}

async function* receiving(body: Readable): AsyncGenerator<Buffer, void> {
  try {
    yield* body as AsyncIterable<Buffer>;
  } catch (error) {
    throw unavailable(error);
  } finally {
    body.destroy();
  }
}

const status = (error: unknown): number | undefined =>
  error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;

/** What S3 refuses for good (a wrong key, a missing bucket) is a fault of the set-up and stays what it is. */
function unavailable(error: unknown): Error {
  const code = status(error);
  if (code !== undefined && code < 500 && code !== 429 && code !== 408 && error instanceof Error)
    return error;
  return new ObjectStoreUnavailable(error);
}
