import { z } from 'zod';

/** The environment is not what the program needs; one line for each wrong variable, without its value. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`wrong configuration:\n${problems.map((each) => `  ${each}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** Reads the environment once. @throws ConfigError naming every variable that is missing or wrong, and what is allowed */
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

/** What every service needs. */
export const COMMON = {
  FTM_KAFKA_BROKERS: list,
  FTM_EVENTS_TOPIC: z.string().min(1).optional(),
  FTM_REGISTRY_URL: z.url(),
  FTM_DATABASE_URL: z.url(),
  FTM_ORCHESTRATOR_URL: z.url(),
  FTM_ORCHESTRATOR_SERVICE_KEY: z.string().min(1),
  FTM_INSTANCE_ID: z.string().min(1).optional(),
  FTM_HOST: z.string().min(1).default('0.0.0.0'),
  FTM_LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
} as const;

/** Of projectors and runners: the name of their Kafka groups ends in it. Needed where one log goes into more than one database. */
export const consumerGroupSuffix = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,100}$/, 'letters, digits, dots, underscores and hyphens only, at most 100')
  .optional();

/** Where objects and their keys are. */
export const STORAGE = {
  FTM_S3_ENDPOINT: z.url(),
  FTM_S3_REGION: z.string().min(1).default('us-east-1'),
  FTM_S3_BUCKET: z.string().min(1),
  FTM_S3_ACCESS_KEY_ID: z.string().min(1),
  FTM_S3_SECRET_ACCESS_KEY: z.string().min(1),
  FTM_KEY_FILE: z.string().min(1),
} as const;
