import {
  COMMON,
  STORAGE,
  consumerGroupSuffix,
  datasetMaxRows,
  operatorToken,
  list,
  port,
  sessionTimeoutMs,
} from '@ftm/runtime/config';
import { availableParallelism } from 'node:os';
import { internalCredentials } from '@ftm/commands/credentials';
import { z } from 'zod';

const ms = (fallback: number) => z.coerce.number().int().min(10).max(86_400_000).default(fallback);
const upTo = (max: number, fallback: number) => z.coerce.number().int().min(1).max(max).default(fallback);

export const Config = z.object({
  ...COMMON,
  ...STORAGE,
  FTM_HEALTH_PORT: port(28091).describe('Where health, metrics and the operator’s routes are served.'),
  FTM_INTERNAL_CREDENTIALS: internalCredentials('runners').describe(
    'What the runners sign their commands with: `runners:<secret>`, one of those that command-api has for them.',
  ),
  FTM_OPERATOR_TOKEN: operatorToken,
  FTM_API_INTERNAL_URLS: list.describe('Internal ports of command-api instances, commas between.'),
  FTM_OPENAI_BASE_URL: z
    .url()
    .describe('The provider: `https://api.openai.com/v1`, or the resource’s endpoint at Azure.'),
  FTM_OPENAI_API_KEY: z.string().min(1).describe('Key of the account that is used where no other is named.'),
  FTM_OPENAI_FLAVOUR: z
    .enum(['openai', 'azure'])
    .default('openai')
    .describe('How the provider is spoken to.'),
  FTM_PROVIDER_SECRETS_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('File of the credentials of tenants and projects; those without one use `FTM_OPENAI_API_KEY`.'),
  FTM_PROVIDER_TIMEOUT_MS: ms(30_000).describe('How long one call to the provider may take.'),
  FTM_CONCURRENCY: upTo(64, 4).describe(
    'Workers of one process for work that is due; all but one of them may build datasets and run evals.',
  ),
  FTM_WAITING_CONCURRENCY: upTo(64, 2).describe(
    'Workers of one process for work that waits: looks at jobs of the provider, what failed again and again.',
  ),
  FTM_DATASET_MAX_ROWS: datasetMaxRows,
  FTM_DATASET_THREADS: upTo(64, availableParallelism()).meta({
    description: 'Threads that analyse rows.',
    default: 'one for each processor',
  }),
  FTM_SWEEP_MS: ms(21_600_000).describe(
    'How often it is looked for uploads that were never finished, and for erased keys that were brought back.',
  ),
  FTM_UPLOAD_KEEP_MS: ms(86_400_000).describe('How old unfinished uploads are when they are removed.'),
  FTM_STATIC_EMBEDDINGS_DIR: z
    .string()
    .min(1)
    .optional()
    .describe('Folder of a table of word vectors, for datasets that ask for the embedder `static`.'),
  FTM_PROVIDER_POLL_MS: ms(5000).describe('The soonest that a job at the provider is looked at again.'),
  FTM_PROVIDER_POLL_MAX_MS: ms(60_000).describe(
    'The latest: in between, it is looked at after a tenth of the job’s age, or of what is left of it.',
  ),
  FTM_PROVIDER_SETTLE_MS: ms(60_000).describe(
    'How long after a lost answer the provider’s list may still not show a job that was made.',
  ),
  FTM_PROVIDER_TENANT_JOBS: upTo(10_000, 4).describe(
    'Jobs of a tenant that may be at the provider at once; the others wait.',
  ),
  FTM_PROVIDER_JOBS: upTo(10_000, 16).describe('The same, of all tenants that share an account.'),
  FTM_PROVIDER_DELETE_FILES: z
    .enum(['true', 'false'])
    .default('true')
    .describe('Whether training files are deleted at the provider when their job has ended.'),
  FTM_END_OF_LIFE_CHECK_MS: ms(86_400_000).describe(
    'How often it is looked whether a registered model is to be shut down.',
  ),
  FTM_APPROVAL_POLL_MS: ms(10_000).describe('How often it is looked whether an approval was given.'),
  FTM_SESSION_TIMEOUT_MS: sessionTimeoutMs,
  FTM_CONSUMER_GROUP_SUFFIX: consumerGroupSuffix,
});
export type Config = z.infer<typeof Config>;
