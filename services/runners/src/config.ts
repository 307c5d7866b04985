import { COMMON, STORAGE, consumerGroupSuffix, list, port } from '@ftm/runtime/config';
import { availableParallelism } from 'node:os';
import { z } from 'zod';

const ms = (fallback: number) => z.coerce.number().int().min(10).max(86_400_000).default(fallback);

export const Config = z.object({
  ...COMMON,
  ...STORAGE,
  FTM_HEALTH_PORT: port(28091),
  FTM_INTERNAL_TOKEN: z.string().min(16, 'at least 16 characters'),
  FTM_API_INTERNAL_URLS: list,
  FTM_OPENAI_BASE_URL: z.url(),
  FTM_OPENAI_API_KEY: z.string().min(1),
  FTM_OPENAI_FLAVOUR: z.enum(['openai', 'azure']).default('openai'),
  /** Credentials of tenants and projects; those without one use the two above. */
  FTM_PROVIDER_SECRETS_FILE: z.string().min(1).optional(),
  FTM_PROVIDER_TIMEOUT_MS: ms(30_000),
  FTM_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(4),
  /** Rows of a source that a dataset may have; a tenant that needs more asks for it. */
  FTM_DATASET_MAX_ROWS: z.coerce.number().int().min(10).default(5_000_000),
  /** Threads that analyse rows. */
  FTM_DATASET_THREADS: z.coerce.number().int().min(1).max(64).default(availableParallelism()),
  /** How often it is looked for uploads that were never finished, and how old they are when they are removed. */
  FTM_UPLOAD_SWEEP_MS: ms(21_600_000),
  FTM_UPLOAD_KEEP_MS: ms(86_400_000),
  /** A table of word vectors, for datasets that ask for the embedder `static`. */
  FTM_STATIC_EMBEDDINGS_DIR: z.string().min(1).optional(),
  /** How often a job at the provider is looked at. */
  FTM_PROVIDER_POLL_MS: ms(5000),
  /** A long job is looked at no more seldom than this. */
  FTM_PROVIDER_POLL_MAX_MS: ms(60_000),
  /** How long after a lost answer the provider's list may still not show a job that was made. */
  FTM_PROVIDER_SETTLE_MS: ms(60_000),
  /** Jobs of a tenant that may be at the provider at once; the others wait. */
  FTM_PROVIDER_TENANT_JOBS: z.coerce.number().int().min(1).max(10_000).default(4),
  /** Jobs of all tenants that share an account. */
  FTM_PROVIDER_JOBS: z.coerce.number().int().min(1).max(10_000).default(16),
  /** Whether training files are deleted at the provider when their job has ended. */
  FTM_PROVIDER_DELETE_FILES: z.enum(['true', 'false']).default('true'),
  /** How often it is looked whether a registered model is to be shut down. */
  FTM_END_OF_LIFE_CHECK_MS: ms(86_400_000),
  FTM_APPROVAL_POLL_MS: ms(10_000),
  FTM_SESSION_TIMEOUT_MS: z.coerce.number().int().min(1000).default(10_000),
  FTM_CONSUMER_GROUP_SUFFIX: consumerGroupSuffix,
});
export type Config = z.infer<typeof Config>;
