import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { ObjectStoreUnavailable, type ObjectStore } from './object-store.ts';

export interface S3Options {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Server-side encryption on top of FTM's own; not every S3 server has it. */
  readonly serverSideEncryption?: 'AES256' | 'aws:kms';
}

export function createS3Store(options: S3Options): ObjectStore {
  const { bucket } = options;
  const client = new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    forcePathStyle: true,
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 3000, requestTimeout: 60_000 },
    credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
  });
  const uri = (key: string): string => `s3://${bucket}/${key}`;
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
            ...(options.serverSideEncryption === undefined
              ? {}
              : { ServerSideEncryption: options.serverSideEncryption }),
          }),
        );
        return { existed: false };
      } catch (error) {
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
    async delete(key) {
      await client
        .send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
        .catch((error: unknown) => Promise.reject(unavailable(error)));
    },
    async ping() {
      await client
        .send(new HeadBucketCommand({ Bucket: bucket }))
        .catch((error: unknown) => Promise.reject(unavailable(error)));
    },
  };
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
