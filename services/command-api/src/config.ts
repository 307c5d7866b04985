import { COMMON, datasetMaxRows, list, port, sessionTimeoutMs, STORAGE } from '@ftm/runtime/config';
import { internalCredentials } from '@ftm/commands/credentials';
import { z } from 'zod';

const secretBytes = (secret: string): number =>
  secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64').length
    : Buffer.byteLength(secret);

const openAtOnce = (fallback: number) => z.coerce.number().int().min(1).default(fallback);

export const Config = z.object({
  ...COMMON,
  ...STORAGE,
  FTM_WRITER_DATABASE_URL: z
    .url()
    .describe('Postgres, as `ftm_writer`: writers of the log read the journal of all tenants.'),
  FTM_PORT: port(28080).describe('Where the API is served.'),
  FTM_INTERNAL_PORT: port(28079).describe('Where other instances and the runners hand commands in.'),
  FTM_INTERNAL_ADDRESS: z
    .url()
    .optional()
    .describe(
      'How other instances reach that port, if not by `FTM_HOST`; they must, wherever there are two hosts.',
    ),
  FTM_INTERNAL_CREDENTIALS: internalCredentials('command-api').describe(
    'Who may call that port: `command-api:<secret>,runners:<secret>`, or two secrets of one, `:` between, while one is rotated. ' +
      'All instances have the same; the first secret of `command-api` is what they sign with.',
  ),
  FTM_UPLOAD_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .default(5 * 2 ** 30)
    .describe('Bytes of one upload of rows.'),
  FTM_DATASET_MAX_ROWS: datasetMaxRows,
  FTM_TENANT_OPEN_DATASETS: openAtOnce(100).describe(
    'Datasets of a tenant that have not ended: one more is 429 `TOO_MANY_OPEN`.',
  ),
  FTM_TENANT_OPEN_JOBS: openAtOnce(200).describe(
    'Fine-tune jobs of a tenant that have not ended: one more is 429 `TOO_MANY_OPEN`.',
  ),
  FTM_OPENAI_WEBHOOK_SECRETS: list
    .refine(
      (secrets) => secrets.every((each) => secretBytes(each) >= 24),
      'each is whsec_ and base64, or text, of at least 24 bytes',
    )
    .optional()
    .describe(
      'Secrets of `POST /v1/provider-webhooks/openai`, commas between: two while one is rotated. ' +
        'Without any, webhooks are not taken.',
    ),
  FTM_PROMOTION_MIN_DAYS_TO_SHUTDOWN: z.coerce
    .number()
    .int()
    .min(0)
    .max(3650)
    .default(30)
    .describe(
      'A model that its provider shuts down in fewer days is not promoted; 0: only one that is gone is not.',
    ),
  FTM_CHECK_ANSWERS: z
    .stringbool()
    .default(false)
    .describe('For tests: an answer that is not what its schema says becomes a 500, and is logged.'),
  FTM_SESSION_TIMEOUT_MS: sessionTimeoutMs,
});
