import { z } from 'zod';

const whole = z.coerce.number().int().nonnegative();

const schema = z.object({
  PORT: whole.max(65_535).default(28_200),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().min(1),
  /** Comma-separated; each key is an organisation of its own. */
  API_KEY: z.string().min(1),
  /** Milliseconds after each training step, to watch, pause or cancel a job. */
  TRAIN_STEP_DELAY_MS: whole.default(0),
  /** Jobs that train at the same time; others are queued. */
  TRAIN_WORKERS: whole.min(1).max(8).default(2),
  /** Requests per minute and organisation before 429. */
  REQUESTS_PER_MINUTE: whole.min(1).default(100_000),
});

export interface ProviderConfig {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly apiKeys: readonly string[];
  readonly stepDelayMs: number;
  readonly workers: number;
  readonly requestsPerMinute: number;
}

/** @throws Error naming the variable and what is allowed */
export function readConfig(env: Readonly<Record<string, string | undefined>>): ProviderConfig {
  const found = schema.safeParse(env);
  if (!found.success) {
    const issue = found.error.issues[0];
    throw new Error(`${issue?.path.join('.') ?? 'environment'}: ${issue?.message ?? 'invalid'}`);
  }
  const apiKeys = found.data.API_KEY.split(',').map((key) => key.trim());
  if (apiKeys.some((key) => key === ''))
    throw new Error('API_KEY: keys are separated by commas, none is empty');
  return {
    port: found.data.PORT,
    host: found.data.HOST,
    dataDir: found.data.DATA_DIR,
    apiKeys,
    stepDelayMs: found.data.TRAIN_STEP_DELAY_MS,
    workers: found.data.TRAIN_WORKERS,
    requestsPerMinute: found.data.REQUESTS_PER_MINUTE,
  };
}
