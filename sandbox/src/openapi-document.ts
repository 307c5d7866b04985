import { z } from 'zod';

/** One route of a simulator, by the schemas that it validates with. */
export interface Operation {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  readonly answer?: z.ZodType;
  /** Repeats with the same Idempotency-Key get the same answer. */
  readonly keyed?: true;
  readonly jsonLines?: true;
  /** What a 409 means. */
  readonly conflict?: string;
}

interface About {
  readonly title: string;
  readonly description: string;
  readonly serverUrl: string;
  /** How a refusal looks. */
  readonly refusal: { readonly name: string; readonly mediaType: string; readonly schema: z.ZodType };
}

/** An OpenAPI 3.1 document. Only routes under `/v1` want a key. */
export function openApiOf(about: About, operations: readonly Operation[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations)
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method]: describeOperation(operation, about),
    };
  return {
    openapi: '3.1.0',
    info: { title: about.title, version: '1.0.0', description: about.description },
    servers: [{ url: about.serverUrl, description: 'the simulator of the sandbox' }],
    security: [{ serviceKey: [] }],
    paths,
    components: {
      securitySchemes: { serviceKey: { type: 'http', scheme: 'bearer' } },
      schemas: { [about.refusal.name]: schemaOf(about.refusal.schema, 'output') },
    },
  };
}

function describeOperation(operation: Operation, { refusal }: About): Record<string, unknown> {
  const { tag, summary, answer } = operation;
  const open = !operation.path.startsWith('/v1');
  const refused = (description: string): Record<string, unknown> => ({
    description,
    content: { [refusal.mediaType]: { schema: { $ref: `#/components/schemas/${refusal.name}` } } },
  });
  return {
    tags: [tag],
    summary,
    operationId: `${operation.method}${operation.path.replace(/[^a-z]+(\w)/g, (_whole, letter: string) => letter.toUpperCase()).replace(/\W/g, '')}`,
    ...(open ? { security: [] } : {}),
    parameters: parametersOf(operation),
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              [operation.jsonLines === true ? 'application/x-ndjson' : 'application/json']: {
                schema: schemaOf(operation.body, 'input'),
              },
            },
          },
        }),
    responses: {
      ...(operation.method === 'delete'
        ? { '204': { description: 'Done' } }
        : {
            '200': {
              description: 'The answer',
              content: {
                'application/json': {
                  schema: answer === undefined ? { type: 'object' } : schemaOf(answer, 'output'),
                },
              },
            },
          }),
      ...(operation.conflict === undefined ? {} : { '409': refused(operation.conflict) }),
      default: refused('Why not'),
    },
  };
}

function parametersOf(operation: Operation): unknown[] {
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const query = operation.query === undefined ? undefined : schemaOf(operation.query, 'input');
  const required = (query?.['required'] ?? []) as readonly string[];
  const inQuery = Object.entries((query?.['properties'] ?? {}) as Record<string, unknown>).map(
    ([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }),
  );
  const key = {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'The same key gets the same answer.',
    schema: { type: 'string' },
  };
  return [...inPath, ...inQuery, ...(operation.keyed === true ? [key] : [])];
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  if (dialect !== 'https://json-schema.org/draft/2020-12/schema')
    throw new RangeError(`OpenAPI 3.1 wants JSON Schema 2020-12, not ${String(dialect)}`);
  return rest;
}
