import { z } from 'zod';

/** The environment is not what the program needs; one line for each wrong variable, without its value. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`wrong configuration:\n${problems.map((each) => `  ${each}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads the environment once. @throws ConfigError naming every variable that is missing or wrong, and what is allowed
 */
export function readConfig<S extends z.ZodType>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): z.infer<S> {
  const result = schema.safeParse(
    Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')),
  );
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}

export const port = (fallback: number) => z.coerce.number().int().min(1).max(65_535).default(fallback);
export const list = z
  .string()
  .min(1)
  .transform((text) =>
    text
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
  );

const file = z.string().min(1).optional();
const word = z.string().min(1).optional();

/** How Kafka is spoken to, for everything that does; `kafkaSecurity` of the event log says what goes together. */
export const KAFKA_SECURITY = {
  FTM_KAFKA_SECURITY: z
    .enum(['PLAINTEXT', 'SSL', 'SASL_SSL', 'SASL_PLAINTEXT'])
    .default('PLAINTEXT')
    .describe('How Kafka is spoken to, as Kafka itself calls it; `ftm` reads these settings, too.'),
  FTM_KAFKA_CA_FILE: file.describe('PEM: who signs the brokers’ certificates, if not the usual authorities.'),
  FTM_KAFKA_CERTIFICATE_FILE: file.describe('PEM: the client’s certificate, where brokers want one.'),
  FTM_KAFKA_KEY_FILE: file.describe('PEM: the private key of `FTM_KAFKA_CERTIFICATE_FILE`.'),
  FTM_KAFKA_SASL: z
    .enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'])
    .optional()
    .describe('How the process shows who it is; of `SASL_SSL` and `SASL_PLAINTEXT`.'),
  FTM_KAFKA_USER: word.describe('Who it is, for `PLAIN` and `SCRAM`.'),
  FTM_KAFKA_PASSWORD: word.describe('Password of `FTM_KAFKA_USER`.'),
  FTM_KAFKA_PASSWORD_FILE: file.describe('File of the password, instead.'),
  FTM_KAFKA_TOKEN_URL: z
    .url()
    .optional()
    .describe('Where a token is got with client credentials, for `OAUTHBEARER`.'),
  FTM_KAFKA_TOKEN_CLIENT: word.describe('Id of the client at `FTM_KAFKA_TOKEN_URL`.'),
  FTM_KAFKA_TOKEN_SECRET: word.describe('Secret of `FTM_KAFKA_TOKEN_CLIENT`.'),
  FTM_KAFKA_TOKEN_SECRET_FILE: file.describe('File of the secret, instead.'),
  FTM_KAFKA_TOKEN_SCOPE: word.describe('Scope of the token, where one is wanted.'),
} as const;

/** What every service needs. Each setting says what it is for: `docs/settings.md` is generated from it. */
export const COMMON = {
  FTM_KAFKA_BROKERS: list.describe('Kafka brokers: host:port, commas between.'),
  ...KAFKA_SECURITY,
  FTM_EVENTS_TOPIC: z.string().min(1).optional().describe('Topic of the events, if not `ftm.events.v1`.'),
  FTM_REGISTRY_URL: z.url().describe('The schema registry, where it speaks the API of Confluent’s.'),
  FTM_DATABASE_URL: z
    .url()
    .describe('Postgres, as the service’s own role: `ftm_api`, `ftm_projector`, `ftm_runner`.'),
  FTM_ORCHESTRATOR_URL: z.url().describe('The Orchestrator.'),
  FTM_ORCHESTRATOR_SERVICE_KEY: z.string().min(1).describe('FTM’s own key at the Orchestrator.'),
  FTM_INSTANCE_ID: z
    .string()
    .min(1)
    .optional()
    .describe('What the process is called in logs and at Kafka, if not by service and process id.'),
  FTM_HOST: z.string().min(1).default('0.0.0.0').describe('Address of all ports of the process.'),
  FTM_LOG_LEVEL: z
    .enum(['error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('The least grave lines that are logged.'),
} as const;

export const operatorToken = z
  .string()
  .min(16, 'at least 16 characters')
  .describe('What an operator shows to replay dead letters, to rebuild, to rotate keys and the like.');

export const sessionTimeoutMs = z.coerce
  .number()
  .int()
  .min(1000)
  .default(10_000)
  .describe(
    'How long Kafka waits for a sign of life before it gives the partitions of the process to others.',
  );

/** Of projectors and runners. */
export const consumerGroupSuffix = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,100}$/, 'letters, digits, dots, underscores and hyphens only, at most 100')
  .optional()
  .describe(
    'What the name of the Kafka group ends in: needed where one log goes into more than one database.',
  );

/** Of command-api, which checks it first, and of the runners, which hold it. */
export const datasetMaxRows = z.coerce
  .number()
  .int()
  .min(10)
  .default(5_000_000)
  .describe('Rows that a source or an upload may have; a tenant that needs more asks for it.');

/** Where objects and their keys are. */
export const STORAGE = {
  FTM_S3_ENDPOINT: z.url().describe('The S3 server.'),
  FTM_S3_REGION: z.string().min(1).default('us-east-1').describe('Region of the S3 server.'),
  FTM_S3_BUCKET: z.string().min(1).describe('The bucket of all objects.'),
  FTM_S3_KEY_BUCKET: z
    .string()
    .min(1)
    .describe(
      'Another bucket, of the wrapped data keys: without versions, and out of the backups of objects.',
    ),
  FTM_S3_ACCESS_KEY_ID: z.string().min(1).describe('Access key of both buckets.'),
  FTM_S3_SECRET_ACCESS_KEY: z.string().min(1).describe('Secret of `FTM_S3_ACCESS_KEY_ID`.'),
  FTM_KEY_FILE: z
    .string()
    .min(1)
    .describe('File of the keys that wrap data keys, one a line, the newest first: base64 of 32 bytes.'),
} as const;
