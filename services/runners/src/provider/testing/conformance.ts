import { z } from 'zod';

/** A fact of the wire API as a request and what must come of it. */
export interface ConformanceCase {
  readonly fact: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: (given: Given) => string;
  readonly body?: (given: Given) => unknown;
  readonly key?: string;
  readonly status: number;
  readonly shape: z.ZodType;
  /** It asks for a job: epochs that it may come to cost. */
  readonly epochs?: number;
}

/** What was made for the cases before they run. */
export interface Given {
  readonly model: string;
  readonly fileId: string;
  /** Undefined where no job may be made. */
  readonly jobId: string | undefined;
}

const id = (prefix: string) => z.string().startsWith(prefix);
const seconds = z.number().int().positive();
const autoOr = z.union([z.literal('auto'), z.number()]);
const hyperparameters = z.looseObject({
  n_epochs: autoOr.optional(),
  batch_size: autoOr.optional(),
  learning_rate_multiplier: autoOr.optional(),
  beta: autoOr.optional(),
});

export const FILE = z.looseObject({
  id: id('file-'),
  object: z.literal('file'),
  bytes: z.number().int().positive(),
  created_at: seconds,
  filename: z.string(),
  purpose: z.string(),
});
/** Status is an open set. */
export const JOB = z.looseObject({
  id: id('ftjob-'),
  object: z.literal('fine_tuning.job'),
  created_at: seconds,
  finished_at: seconds.nullable(),
  estimated_finish: seconds.nullish(),
  status: z.string().min(1),
  error: z.looseObject({}).nullable(),
  model: z.string(),
  fine_tuned_model: z.string().nullable(),
  organization_id: z.string(),
  training_file: id('file-'),
  validation_file: id('file-').nullable(),
  result_files: z.array(z.string()),
  trained_tokens: z.number().int().nullable(),
  seed: z.number().int(),
  method: z
    .looseObject({
      type: z.enum(['supervised', 'dpo', 'reinforcement']),
      supervised: z.looseObject({ hyperparameters: hyperparameters.optional() }).optional(),
      dpo: z.looseObject({ hyperparameters: hyperparameters.optional() }).optional(),
    })
    .optional(),
});
const EVENT = z.looseObject({
  object: z.literal('fine_tuning.job.event'),
  id: id('ftevent-'),
  created_at: seconds,
  level: z.enum(['info', 'warn', 'error']),
  message: z.string(),
  type: z.enum(['message', 'metrics']),
});
const CHECKPOINT = z.looseObject({
  id: id('ftckpt_'),
  fine_tuned_model_checkpoint: z.string().includes(':ckpt-step-'),
  fine_tuning_job_id: id('ftjob-'),
  step_number: z.number().int(),
  metrics: z.looseObject({}),
});
const MODEL = z.looseObject({
  id: z.string(),
  object: z.literal('model'),
  created: z.number(),
  owned_by: z.string(),
});
const UPLOAD = z.looseObject({
  id: id('upload_'),
  object: z.literal('upload'),
  bytes: z.number().int(),
  expires_at: seconds,
  filename: z.string(),
  purpose: z.literal('fine-tune'),
  status: z.enum(['pending', 'completed', 'cancelled', 'expired']),
});
const page = (of: z.ZodType) =>
  z.looseObject({ object: z.literal('list'), data: z.array(of), has_more: z.boolean() });
const error = (more: z.core.$ZodLooseShape = {}) =>
  z.looseObject({
    error: z.looseObject({
      message: z.string().min(1),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
      ...more,
    }),
  });

const JOBS = '/fine_tuning/jobs';
const get = (
  fact: string,
  path: ConformanceCase['path'],
  shape: z.ZodType,
  status = 200,
): ConformanceCase => ({ fact, method: 'GET', path, status, shape });
const post = (
  fact: string,
  path: ConformanceCase['path'],
  body: NonNullable<ConformanceCase['body']>,
  shape: z.ZodType,
  status = 200,
): ConformanceCase => ({ fact, method: 'POST', path, body, status, shape });

/** What `auto` comes to for ten rows; what is cancelled at once costs less. */
const AUTO_EPOCHS = 10;

/** What a create takes and what it refuses, by field; a value is put where the path says. */
const FIELDS: readonly {
  readonly path: string;
  readonly taken: readonly unknown[];
  readonly refused: readonly unknown[];
}[] = [
  { path: 'seed', taken: [0, 2_147_483_647], refused: [-1, 2_147_483_648, 1.5, 'x'] },
  { path: 'suffix', taken: ['a', 'x'.repeat(64)], refused: ['', 'x'.repeat(65)] },
  {
    path: 'metadata',
    taken: [pairs(16), { ['k'.repeat(64)]: 'v'.repeat(512) }],
    refused: [pairs(17), { ['k'.repeat(65)]: 'v' }, { k: 'v'.repeat(513) }, { k: 1 }],
  },
  { path: 'training_file', taken: [], refused: ['file-none', 7] },
  { path: 'validation_file', taken: [null], refused: ['file-none'] },
  { path: 'model', taken: [], refused: ['no-such-model'] },
  { path: 'method.type', taken: [], refused: ['nonsense'] },
  ...(['supervised', 'dpo'] as const).flatMap((method) => [
    {
      path: `method.${method}.hyperparameters.n_epochs`,
      taken: ['auto', 1],
      refused: [0, 51, 1.5, 'many'],
    },
    { path: `method.${method}.hyperparameters.batch_size`, taken: ['auto', 1, 256], refused: [0, 257] },
    {
      path: `method.${method}.hyperparameters.learning_rate_multiplier`,
      taken: ['auto', 0.1],
      refused: [0, -1],
    },
  ]),
  { path: 'method.dpo.hyperparameters.beta', taken: ['auto', 0.1, 2], refused: [0, 2.1] },
];

function pairs(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 'v']));
}

const asked = (given: Given): Record<string, unknown> => ({
  model: given.model,
  training_file: given.fileId,
});

/** `a.b.c` set in a request, with the method's type that its path names. */
export function withField(request: Record<string, unknown>, path: string, value: unknown): unknown {
  const [first = '', ...rest] = path.split('.');
  const inner = (request[first] ?? {}) as Record<string, unknown>;
  const next: Record<string, unknown> = {
    ...request,
    [first]: rest.length === 0 ? value : withField(inner, rest.join('.'), value),
  };
  if (first === 'method' && rest.length > 1)
    next['method'] = { type: rest[0], ...(next['method'] as object) };
  return next;
}

const fieldCases: readonly ConformanceCase[] = FIELDS.flatMap(({ path, taken, refused }) => [
  ...taken.map((value): ConformanceCase => ({
    ...post(
      `a job takes ${path} ${brief(value)}`,
      () => JOBS,
      (given) => withField(asked(given), path, value),
      JOB,
    ),
    epochs: AUTO_EPOCHS,
  })),
  ...refused.map((value): ConformanceCase => ({
    ...post(
      `a job refuses ${path} ${brief(value)}`,
      () => JOBS,
      (given) => withField(asked(given), path, value),
      error({ type: z.literal('invalid_request_error') }),
      400,
    ),
    epochs: AUTO_EPOCHS,
  })),
]);

function brief(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 30 ? `${text.slice(0, 27)}… (${text.length})` : text;
}

/** The cases, from the facts of docs/provider.md. */
export const CASES: readonly ConformanceCase[] = [
  {
    ...get('a wrong key is 401', () => '/models', error(), 401),
    key: 'sk-wrong',
  },
  get(
    'models are listed',
    () => '/models',
    z.looseObject({ object: z.literal('list'), data: z.array(MODEL) }),
  ),
  get('a model is shown', ({ model }) => `/models/${model}`, MODEL),
  get('a model that is not there is 404', () => '/models/none', error(), 404),
  get('files are listed in pages', () => '/files?limit=1', page(FILE)),
  get('a file is shown', ({ fileId }) => `/files/${fileId}`, FILE),
  get('a file that is not there is 404', () => '/files/file-none', error(), 404),
  post(
    'an upload is made pending',
    () => '/uploads',
    () => ({ bytes: 10, filename: 'x.jsonl', mime_type: 'text/jsonl', purpose: 'fine-tune' }),
    UPLOAD,
  ),
  post(
    'an upload takes no other purpose',
    () => '/uploads',
    () => ({ bytes: 10, filename: 'x.jsonl', mime_type: 'text/jsonl', purpose: 'nonsense' }),
    error(),
    400,
  ),
  get('jobs are listed in pages', () => `${JOBS}?limit=1`, page(JOB)),
  get(
    'jobs are listed by metadata',
    () => `${JOBS}?metadata[ftm_job]=nobody-has-this`,
    page(JOB).refine((list) => list['data'].length === 0, 'the filter is ignored'),
  ),
  get('a job that is not there is 404', () => `${JOBS}/ftjob-none`, error(), 404),
  {
    ...post(
      'a job without a model is refused',
      () => JOBS,
      ({ fileId }) => ({ training_file: fileId }),
      error(),
      400,
    ),
    epochs: AUTO_EPOCHS,
  },
  ...fieldCases,
  get('a job is shown', ofJob(''), JOB),
  get('events come in pages, newest first', ofJob('/events?limit=2'), page(EVENT)),
  get('checkpoints come in pages', ofJob('/checkpoints?limit=2'), page(CHECKPOINT)),
  post('a job is paused', ofJob('/pause'), () => undefined, JOB),
  post('a job is resumed', ofJob('/resume'), () => undefined, JOB),
  post('a job is cancelled', ofJob('/cancel'), () => undefined, JOB),
  post('a job that has ended is not cancelled again', ofJob('/cancel'), () => undefined, error(), 400),
];

/** Skipped where there is no job. */
function ofJob(rest: string): ConformanceCase['path'] {
  return ({ jobId }) => (jobId === undefined ? '' : `${JOBS}/${jobId}${rest}`);
}

export interface Endpoint {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  /** Jobs are asked for only while what they may cost stays under it; 0: none is. */
  readonly spendCapUsd: number;
}

/** Of the dearest model: a cap must hold for whichever model is named. */
const USD_PER_MILLION_TOKENS = 25;

const ROWS = Array.from({ length: 10 }, (_, at) =>
  JSON.stringify({
    messages: [
      { role: 'user', content: `${at}?` },
      { role: 'assistant', content: `${at}.` },
    ],
  }),
).join('\n');
/** Two messages of two tokens and their frames, and as much again to be sure. */
const TOKENS = 10 * 30;

/** `skipped`: it would cost too much, or is about a job that was not made for that. */
export type Verdict = 'holds' | 'skipped' | { readonly broken: string };

export interface Conformance {
  check(each: ConformanceCase): Promise<Verdict>;
  /** What the jobs that were asked for may have cost at most. */
  spentUsd(): number;
}

/** Uploads ten rows, and asks for a job to look at where the cap allows one. What a case makes is cancelled at once. */
export async function openConformance(endpoint: Endpoint): Promise<Conformance> {
  let spent = 0;
  const affords = (epochs: number): boolean => {
    const next = spent + (TOKENS * epochs * USD_PER_MILLION_TOKENS) / 1e6;
    if (next > endpoint.spendCapUsd) return false;
    spent = next;
    return true;
  };
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    key = endpoint.apiKey,
  ): Promise<{ readonly status: number; readonly json: unknown }> => {
    const form = body instanceof FormData;
    const answer = await fetch(`${endpoint.baseUrl.replace(/\/$/, '')}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(form || body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, json: await answer.json() };
  };
  const form = new FormData();
  form.set('purpose', 'fine-tune');
  form.set('file', new Blob([ROWS]), 'conformance.jsonl');
  const file = FILE.parse((await call('POST', '/files', form)).json);
  const given: Given = {
    model: endpoint.model,
    fileId: file.id,
    jobId: affords(1)
      ? JOB.parse(
          (
            await call('POST', JOBS, {
              model: endpoint.model,
              training_file: file.id,
              method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 1 } } },
            })
          ).json,
        ).id
      : undefined,
  };
  return {
    spentUsd: () => spent,
    async check(each) {
      const path = each.path(given);
      if (path === '' || (each.epochs !== undefined && !affords(each.epochs))) return 'skipped';
      const { status, json } = await call(each.method, path, each.body?.(given), each.key);
      const made = each.epochs === undefined ? undefined : JOB.safeParse(json).data?.id;
      if (made !== undefined) await call('POST', `${JOBS}/${made}/cancel`);
      const at = `${each.method} ${path}`;
      if (status !== each.status)
        return { broken: `${at}: ${status} instead of ${each.status}: ${brief(json)}` };
      const problem = each.shape.safeParse(json).error;
      return problem === undefined ? 'holds' : { broken: `${at}: ${z.prettifyError(problem)}` };
    },
  };
}
