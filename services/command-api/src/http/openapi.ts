import { z } from 'zod';
import { isWrite, type Route } from './route.ts';

type Json = Record<string, unknown>;

const PROBLEM = { $ref: '#/components/responses/Problem' };

/** The OpenAPI document of exactly the routes that are served. */
export function openApiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'FTM, the Fine-Tuning Manager',
      version: '1.0.0',
      description:
        'Builds training data, evaluates, fine-tunes, registers and promotes models, with every step on the log. Every POST and PATCH carries an Idempotency-Key; a retry never acts twice.',
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An Orchestrator API key.' } },
      schemas: {
        Problem: {
          type: 'object',
          required: ['type', 'title', 'status', 'code', 'detail', 'request_id'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            code: { type: 'string' },
            detail: { type: 'string' },
            request_id: { type: 'string' },
            resource_id: { type: 'string' },
            reasons: {
              type: 'array',
              items: {
                type: 'object',
                properties: { code: { type: 'string' }, message: { type: 'string' } },
              },
            },
            errors: {
              type: 'array',
              items: {
                type: 'object',
                properties: { path: { type: 'string' }, message: { type: 'string' } },
              },
            },
          },
        },
      },
      responses: {
        Problem: {
          description: 'A refusal, with its reason.',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

function operation(route: Route): Json {
  const writes = isWrite(route);
  return {
    summary: route.summary,
    tags: [route.tag],
    operationId: `${route.method} ${route.path}`.replace(/[^A-Za-z0-9]+/g, '_').replace(/_$/, ''),
    parameters: [
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
      ...(writes
        ? [
            {
              name: 'Idempotency-Key',
              in: 'header',
              required: true,
              schema: { type: 'string', minLength: 1, maxLength: 255 },
            },
          ]
        : [
            {
              name: 'FTM-Min-Position',
              in: 'header',
              required: false,
              schema: { type: 'string', pattern: '^[0-9]{1,2}:[0-9]{1,18}$' },
              description: 'Wait until reads have come this far.',
            },
          ]),
      ...(route.needsIfMatch
        ? [{ name: 'If-Match', in: 'header', required: true, schema: { type: 'string' } }]
        : []),
    ],
    ...(route.streams === null
      ? {}
      : {
          requestBody: {
            required: true,
            content: { [route.streams]: { schema: { type: 'string', format: 'binary' } } },
          },
        }),
    ...(route.body === null
      ? {}
      : {
          requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body) } } },
        }),
    responses: {
      [route.success]: {
        description: 'Done.',
        content: {
          ...(route.produces === 'application/json'
            ? { 'application/json': { schema: { type: 'object' } } }
            : { [route.produces]: { schema: { type: 'string', format: 'binary' } } }),
          ...(route.alsoProduces === null ? {} : { [route.alsoProduces]: { schema: { type: 'string' } } }),
        },
      },
      ...Object.fromEntries(
        [
          '400',
          '401',
          '403',
          '404',
          '409',
          ...(writes ? ['413', '415', '422'] : []),
          ...(route.needsIfMatch ? ['412', '428'] : []),
          '503',
        ].map((status) => [status, PROBLEM]),
      ),
    },
  };
}

function parameters(schema: z.ZodType, place: 'path' | 'query'): Json[] {
  const { properties = {}, required = [] } = schemaOf(schema) as {
    properties?: Record<string, unknown>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: each,
  }));
}

function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  return rest;
}
