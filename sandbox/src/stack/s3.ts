import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { startChild, untilReady } from './child.ts';
import type { Downloads } from './downloads.ts';
import type { PartPlan } from './part.ts';

export const S3_ACCESS_KEY_ID = 'ftm-sandbox';
export const S3_SECRET_ACCESS_KEY = 'ftm-sandbox-secret';
export const S3_REGION = 'us-east-1';
export const S3_BUCKET = 'ftm';
export const S3_KEY_BUCKET = 'ftm-keys';

export interface S3Options {
  readonly dir: string;
  readonly port: number;
  readonly downloads: Downloads;
}

/** s3proxy over a directory: signatures, checksums and conditional writes as S3 has them. */
export function s3Plan({ dir, port, downloads }: S3Options): PartPlan {
  const logFile = join(dir, 'logs', 's3.log');
  const config = join(dir, 's3', 's3proxy.conf');
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    name: 's3',
    logFile,
    async prepare() {
      await mkdir(join(dir, 's3', 'data'), { recursive: true });
      await writeFile(
        config,
        [
          `s3proxy.endpoint=${endpoint}`,
          's3proxy.authorization=aws-v2-or-v4',
          `s3proxy.identity=${S3_ACCESS_KEY_ID}`,
          `s3proxy.credential=${S3_SECRET_ACCESS_KEY}`,
          'jclouds.provider=filesystem-nio2',
          'jclouds.identity=unused',
          'jclouds.credential=unused',
          `jclouds.filesystem.basedir=${join(dir, 's3', 'data')}`,
          '',
        ].join('\n'),
        { mode: 0o600 },
      );
    },
    async start() {
      const child = startChild({
        name: 's3',
        command: 'java',
        args: [
          '-Xmx256m',
          '-XX:+UseSerialGC',
          '-XX:TieredStopAtLevel=1',
          '-jar',
          downloads.s3,
          '--properties',
          config,
        ],
        logFile,
      });
      await untilReady(
        's3',
        child,
        async () => (await fetch(endpoint, { signal: AbortSignal.timeout(2000) })).status > 0,
      );
      return child;
    },
    async afterStart() {
      const client = new S3Client({
        endpoint,
        region: S3_REGION,
        forcePathStyle: true,
        credentials: { accessKeyId: S3_ACCESS_KEY_ID, secretAccessKey: S3_SECRET_ACCESS_KEY },
      });
      for (const Bucket of [S3_BUCKET, S3_KEY_BUCKET]) await client.send(new CreateBucketCommand({ Bucket }));
      client.destroy();
    },
  };
}
