import { COMMON, list, port, STORAGE } from '@ftm/runtime/config';
import { z } from 'zod';

const secretBytes = (secret: string): number =>
  secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64').length
    : Buffer.byteLength(secret);

export const Config = z.object({
  ...COMMON,
  ...STORAGE,
  FTM_PORT: port(28080),
  FTM_INTERNAL_PORT: port(28079),
  /** How other instances reach this one; default: host and internal port. */
  FTM_INTERNAL_ADDRESS: z.url().optional(),
  FTM_INTERNAL_TOKEN: z.string().min(16, 'at least 16 characters'),
  /** Of one upload of rows. */
  FTM_UPLOAD_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1024)
    .default(5 * 2 ** 30),
  /** Rows of an upload. */
  FTM_DATASET_MAX_ROWS: z.coerce.number().int().min(10).default(5_000_000),
  /** Datasets and fine-tune jobs of a tenant that have not ended. */
  FTM_TENANT_OPEN_DATASETS: z.coerce.number().int().min(1).default(100),
  FTM_TENANT_OPEN_JOBS: z.coerce.number().int().min(1).default(200),
  /** Signing secrets of the provider’s webhooks, by commas: two while one is rotated. Without any, webhooks are not taken. */
  FTM_OPENAI_WEBHOOK_SECRETS: list
    .refine(
      (secrets) => secrets.every((each) => secretBytes(each) >= 24),
      'each is whsec_ and base64, or text, of at least 24 bytes',
    )
    .optional(),
  /** A model that its provider shuts down in fewer days is not promoted; 0: only one that is gone is not. */
  FTM_PROMOTION_MIN_DAYS_TO_SHUTDOWN: z.coerce.number().int().min(0).max(3650).default(30),
  FTM_SESSION_TIMEOUT_MS: z.coerce.number().int().min(1000).default(10_000),
});
