import { randomUUID } from 'node:crypto';
import { ACME_PROJECT, BANK_HELPER } from '../orchestrator/seed.ts';

/** A write with words in it, and the fields of its body that hold them. */
export interface Planted {
  /** As the OpenAPI document writes it: `post /v1/datasets/{id}/cancel`. */
  readonly route: string;
  readonly fields: readonly string[];
  readonly status: number;
  readonly text: string;
}

export interface Planter {
  readonly apiUrl: string;
  /** Key of a role of the tenant acme. */
  key(role: 'engineer' | 'approver' | 'admin'): string;
  /** The next value to plant, in a sentence of its own. */
  words(): string;
}

type Role = Parameters<Planter['key']>[0];
type Json = Readonly<Record<string, unknown>>;

/**
 * Puts words with personal data into every field of the API that takes words of a person, on resources of its own. What becomes of each request is not its
 * business: also what is refused must leave nothing.
 */
export async function plantWords(planter: Planter): Promise<readonly Planted[]> {
  const planted: Planted[] = [];
  async function send(
    route: string,
    role: Role,
    body: Json,
    { id = '', fields, etag }: { id?: string; fields: readonly string[]; etag?: string },
  ): Promise<Json> {
    const [method = '', path = ''] = route.split(' ');
    const answer = await fetch(
      new URL(path.replace('{id}', id).replace('{project_id}', ACME_PROJECT), planter.apiUrl),
      {
        method: method.toUpperCase(),
        headers: {
          authorization: `Bearer ${planter.key(role)}`,
          'content-type': 'application/json',
          'idempotency-key': randomUUID(),
          ...(etag === undefined ? {} : { 'if-match': etag }),
        },
        body: JSON.stringify(body),
      },
    );
    const text = await answer.text();
    planted.push({ route, fields, status: answer.status, text });
    return JSON.parse(text) as Json;
  }
  const get = async (path: string): Promise<Json> => {
    const answer = await fetch(new URL(path, planter.apiUrl), {
      headers: { authorization: `Bearer ${planter.key('admin')}` },
    });
    return (await answer.json()) as Json;
  };
  const idOf = ({ id, resource_id: refused }: Json): string => {
    const known = id ?? refused;
    return typeof known === 'string' ? known : randomUUID();
  };
  const reasoned = (route: string, role: Role, id?: string): Promise<Json> =>
    send(
      route,
      role,
      { reason: planter.words() },
      { fields: ['reason'], ...(id === undefined ? {} : { id }) },
    );

  const notes = () => ({ description: planter.words(), metadata: { note: planter.words() } });
  const labels = () => ({ name: planter.words(), ...notes() });
  const NOTES = ['description', 'metadata{}'];
  const LABELS = ['name', ...NOTES];

  const dataset = idOf(
    await send(
      'post /v1/datasets',
      'engineer',
      {
        project_id: ACME_PROJECT,
        assistant_id: BANK_HELPER,
        source: { kind: 'orchestrator_traces', limit: 60 },
        ...notes(),
      },
      { fields: NOTES },
    ),
  );
  await send('post /v1/datasets/{id}/rebuild', 'engineer', notes(), { id: dataset, fields: NOTES });
  await reasoned('post /v1/datasets/{id}/contamination-override', 'engineer', dataset);
  await reasoned('post /v1/datasets/{id}/cancel', 'engineer', dataset);
  await reasoned('post /v1/datasets/{id}/erasure', 'admin', dataset);

  const suite = await send(
    'post /v1/eval-suites',
    'engineer',
    {
      project_id: ACME_PROJECT,
      name: 'words',
      ...notes(),
      cases: [{ id: 'one', input: [{ role: 'user', content: planter.words() }], expected: planter.words() }],
      graders: [{ name: 'same', kind: 'string_check' }],
    },
    { fields: [...NOTES, 'cases[].input[].content', 'cases[].expected'] },
  );
  await send(
    'post /v1/eval-suites/{id}/versions',
    'engineer',
    {
      cases: [{ id: 'two', input: [{ role: 'user', content: planter.words() }], expected: planter.words() }],
      graders: [{ name: 'same', kind: 'string_check' }],
    },
    { id: idOf(suite), fields: ['cases[].input[].content', 'cases[].expected'] },
  );

  const model = idOf(
    await send(
      'post /v1/model-versions',
      'engineer',
      { project_id: ACME_PROJECT, base_model: 'm', provider_model_id: `words-${randomUUID()}`, ...labels() },
      { fields: LABELS },
    ),
  );
  const run = await send(
    'post /v1/eval-runs',
    'engineer',
    {
      project_id: ACME_PROJECT,
      suite_id: idOf(suite),
      model_ref: { type: 'ft_model_version', value: model },
      ...labels(),
    },
    { fields: LABELS },
  );
  await reasoned('post /v1/eval-runs/{id}/cancel', 'engineer', idOf(run));

  const target = { type: 'assistant', value: `words-${randomUUID()}` };
  const promotion = await send(
    'post /v1/promotions',
    'engineer',
    {
      project_id: ACME_PROJECT,
      model_version_id: model,
      target,
      min_eval_score: 0,
      notes: planter.words(),
      ...labels(),
    },
    { fields: ['notes', ...LABELS] },
  );
  await reasoned('post /v1/promotions/{id}/reject', 'approver', idOf(promotion));
  await reasoned('post /v1/promotions/{id}/rollback', 'approver', idOf(promotion));
  await reasoned('post /v1/model-versions/{id}/retire', 'engineer', model);

  const [pointer] = ((await get('/v1/production-pointers'))['data'] ?? []) as { id: string }[];
  if (pointer !== undefined)
    await send(
      'patch /v1/production-pointers/{id}',
      'admin',
      { model_version_id: model, reason: planter.words() },
      { id: pointer.id, fields: ['reason'], etag: '*' },
    );

  // A grader is of a method that is refused: what is in it is refused with it, and told to nobody.
  for (const route of ['post /v1/ft-jobs', 'post /v1/ft-jobs/estimate'])
    await send(
      route,
      'engineer',
      {
        project_id: ACME_PROJECT,
        method: 'supervised',
        base_model: 'gpt-4.1-nano-2025-04-14',
        dataset_id: dataset,
        grader: { type: 'string_check', input: planter.words(), names: [planter.words()] },
        ...labels(),
      },
      { fields: ['grader{}', 'grader{}[]', ...LABELS] },
    );
  const [job] = ((await get('/v1/ft-jobs'))['data'] ?? []) as { id: string }[];
  for (const verb of ['pause', 'resume', 'cancel'])
    await reasoned(`post /v1/ft-jobs/{id}/${verb}`, 'engineer', job?.id);
  await send(
    'post /v1/ft-jobs/{id}/resolve',
    'admin',
    { decision: 'fail', reason: planter.words() },
    { fields: ['reason'], ...(job === undefined ? {} : { id: job.id }) },
  );

  await send(
    'put /v1/projects/{project_id}/budget',
    'admin',
    { monthly_usd: null, reason: planter.words() },
    { fields: ['reason'] },
  );
  await send(
    'put /v1/pricing',
    'admin',
    {
      rows: [
        {
          model: 'words-only',
          kind: 'training',
          usd_micros_per_million: 1,
          effective_from: '2026-01-01',
          source: planter.words(),
          note: planter.words(),
        },
      ],
    },
    { fields: ['rows[].source', 'rows[].note'], etag: '*' },
  );
  await send(
    'post /v1/tenant/erasure',
    'admin',
    { tenant_id: 'not-acme', reason: planter.words() },
    { fields: ['reason'] },
  );
  return planted;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
}

export interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly requestBody?: {
              readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
            };
          }
        >
      >
    >
  >;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

/** The fields of all bodies that take words: texts without a pattern, a format or a list of what they may be. `route field` each. */
export function fieldsOfWords(document: OpenApi): string[] {
  const resolved = (schema: Schema): Schema =>
    schema.$ref === undefined
      ? schema
      : resolved(document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  function fields(of: Schema, path: string, inside: readonly string[] = []): string[] {
    // What nests in itself takes words in itself, too.
    if (of.$ref !== undefined && inside.includes(of.$ref)) return [];
    const within = of.$ref === undefined ? inside : [...inside, of.$ref];
    const schema = resolved(of);
    const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
    const parts = [
      ...branches.flatMap((each) => fields(each, path, within)),
      ...Object.entries(schema.properties ?? {}).flatMap(([name, each]) =>
        fields(each, path === '' ? name : `${path}.${name}`, within),
      ),
      ...(schema.items === undefined ? [] : fields(schema.items, `${path}[]`, within)),
      ...(typeof schema.additionalProperties === 'object'
        ? fields(schema.additionalProperties, `${path}{}`, within)
        : []),
    ];
    const isText = schema.type === 'string' || (Array.isArray(schema.type) && schema.type.includes('string'));
    const isNamed = [schema, ...(schema.allOf ?? [])].some((each) =>
      ['enum', 'const', 'pattern', 'format'].some((key) => key in each),
    );
    return isText && !isNamed ? [path, ...parts] : parts;
  }
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) => {
      const schema = requestBody?.content['application/json']?.schema;
      return schema === undefined ? [] : fields(schema, '').map((field) => `${method} ${path} ${field}`);
    }),
  );
}
