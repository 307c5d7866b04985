import { z } from 'zod';
import { badRequest } from '../errors.ts';
import { parseBody } from '../schema.ts';
import type { AutoOr, Hyperparameters, JobObject } from '../state/records.ts';

const auto = <T extends z.ZodType>(value: T) => z.union([z.literal('auto'), value]);
const common = {
  n_epochs: auto(z.number().int().min(1).max(50)).optional(),
  batch_size: auto(z.number().int().min(1).max(256)).optional(),
  learning_rate_multiplier: auto(z.number().positive()).optional(),
};
const supervised = z.strictObject(common);
const dpo = z.strictObject({ ...common, beta: auto(z.number().positive().max(2)).optional() });

const schema = z.strictObject({
  model: z.string().min(1),
  training_file: z.string().min(1),
  validation_file: z.string().min(1).nullish(),
  suffix: z.string().min(1).max(64).nullish(),
  seed: z.number().int().min(0).max(2_147_483_647).nullish(),
  metadata: z
    .record(z.string().min(1).max(64), z.string().max(512))
    .refine((value) => Object.keys(value).length <= 16, 'at most 16 pairs are allowed')
    .nullish(),
  integrations: z
    .array(
      z.strictObject({
        type: z.literal('wandb'),
        wandb: z.looseObject({ project: z.string().min(1) }),
      }),
    )
    .max(5)
    .nullish(),
  hyperparameters: supervised.optional(),
  method: z
    .strictObject({
      type: z.enum(['supervised', 'dpo', 'reinforcement']),
      supervised: z.strictObject({ hyperparameters: supervised.optional() }).optional(),
      dpo: z.strictObject({ hyperparameters: dpo.optional() }).optional(),
      reinforcement: z.unknown().optional(),
    })
    .optional(),
});

/** A request for a job whose every value is within its bounds. */
export interface JobRequest {
  readonly model: string;
  readonly trainingFile: string;
  readonly validationFile: string | null;
  readonly suffix: string | null;
  readonly seed: number | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly integrations: readonly unknown[];
  readonly method: 'supervised' | 'dpo';
  readonly hyperparameters: Hyperparameters;
}

/** @throws ApiError 400 naming the parameter */
export function parseJobRequest(body: unknown): JobRequest {
  const request = parseBody(schema, body);
  const type = request.method?.type ?? 'supervised';
  if (type === 'reinforcement')
    throw badRequest(
      `The method 'reinforcement' is not available for this model.`,
      'method.type',
      'unsupported_method',
    );
  refuseBoth(request);
  const asked = request.method?.[type]?.hyperparameters ?? request.hyperparameters ?? {};
  return {
    model: request.model,
    trainingFile: request.training_file,
    validationFile: request.validation_file ?? null,
    suffix: request.suffix ?? null,
    seed: request.seed ?? null,
    metadata: request.metadata ?? null,
    integrations: request.integrations ?? [],
    method: type,
    hyperparameters: withAuto(type, asked),
  };
}

function refuseBoth(request: z.infer<typeof schema>): void {
  if (request.hyperparameters !== undefined && request.method !== undefined)
    throw badRequest(
      `'hyperparameters' cannot be given together with 'method'.`,
      'hyperparameters',
      'invalid_value',
    );
}

function withAuto(method: 'supervised' | 'dpo', asked: z.infer<typeof dpo>): Hyperparameters {
  return {
    n_epochs: asked.n_epochs ?? 'auto',
    batch_size: asked.batch_size ?? 'auto',
    learning_rate_multiplier: asked.learning_rate_multiplier ?? 'auto',
    ...(method === 'dpo' ? { beta: asked.beta ?? 'auto' } : {}),
  };
}

const TARGET_EPOCHS = 3;
const FEWEST_EXAMPLES = 100;
const MOST_EXAMPLES = 25_000;
const MOST_AUTO_EPOCHS = 25;

/** What `n_epochs: auto` becomes: three, more for very few rows, fewer for very many. */
export function autoEpochs(rows: number): number {
  if (rows * TARGET_EPOCHS < FEWEST_EXAMPLES)
    return Math.min(MOST_AUTO_EPOCHS, Math.floor(FEWEST_EXAMPLES / rows));
  if (rows * TARGET_EPOCHS > MOST_EXAMPLES) return Math.max(1, Math.floor(MOST_EXAMPLES / rows));
  return TARGET_EPOCHS;
}

/** About 0.2 % of the rows. */
export const autoBatchSize = (rows: number): number => Math.min(256, Math.max(1, Math.round(rows * 0.002)));

const AUTO_BETA = 0.1;

export interface ResolvedHyperparameters extends Hyperparameters {
  readonly n_epochs: number;
  readonly batch_size: number;
  readonly learning_rate_multiplier: number;
  readonly beta?: number;
}

/** The numbers that training uses: every `auto` decided by the number of rows. */
export function resolve(asked: Hyperparameters, rows: number): ResolvedHyperparameters {
  const number = (value: AutoOr, standard: number) => (value === 'auto' ? standard : value);
  return {
    n_epochs: number(asked.n_epochs, autoEpochs(rows)),
    batch_size: number(asked.batch_size, autoBatchSize(rows)),
    learning_rate_multiplier: number(asked.learning_rate_multiplier, 1),
    ...(asked.beta === undefined ? {} : { beta: number(asked.beta, AUTO_BETA) }),
  };
}

export const hyperparametersOf = (job: JobObject): Hyperparameters => {
  const found = job.method.supervised?.hyperparameters ?? job.method.dpo?.hyperparameters;
  if (found === undefined) throw new Error(`job ${job.id} has no hyperparameters`);
  return found;
};

/** The fields of a job that show its hyperparameters. */
export function methodFields(
  type: 'supervised' | 'dpo',
  hyperparameters: Hyperparameters,
): Pick<JobObject, 'method' | 'hyperparameters'> {
  return type === 'dpo'
    ? { method: { type, dpo: { hyperparameters } } }
    : { hyperparameters, method: { type, supervised: { hyperparameters } } };
}
