import { z } from 'zod';
import { endpointNamed, isEndpoint } from '../endpoints.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import { ANSWERS } from '../examples/answers.ts';
import { BODIES } from '../examples/bodies.ts';
import { Problem } from '../resources/problem.ts';
import { HEADERS, PARAMETERS, REFUSALS, refusalResponses } from './responses.ts';
import { convert } from './schemas.ts';
import { TAGS } from './tags.ts';

type Json = Record<string, unknown>;

/** What a server says of a route that it serves; what goes in and comes out is in the table of endpoints. */
export interface ServedRoute {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly roles: readonly string[];
  /** Status of a success. */
  readonly success: number;
  /** Media type of a success. */
  readonly produces: string;
  /** Another one, for who asks for it. */
  readonly alsoProduces: string | null;
  /** Media type of a body that is read as it comes in. */
  readonly streams: string | null;
  readonly needsIfMatch: boolean;
}

const DESCRIPTION = `FTM builds training data, evaluates, fine-tunes, registers and promotes models, with every step on a log that proves itself.

- **Retries are safe.** Every POST, PUT and PATCH carries an \`Idempotency-Key\`; the same key and body are the same answer, and nothing is done twice.
- **A gate may say no.** Then the answer is 409 \`GATE_DENIED\` with its \`reasons\`, and the resource stands as blocked.
- **Work takes time.** What takes longer is answered with 202: get the resource until its \`status\` is settled.
- **You read your own writes.** What one instance acknowledged, the same key reads from every other; \`FTM-Min-Position\` is for chains of systems.
- **Lists have pages.** \`{object: "list", data, has_more, next_cursor}\`; send \`next_cursor\` as \`cursor\`, with the same filters.
- **Refusals are RFC 9457 problems** with a stable \`code\`; the \`type\` is the path of the page that says what to do about it.
- Money is in millionths of a US dollar, times are ISO 8601 in UTC. Take fields that you do not know: there will be more.`;

/** The OpenAPI document of exactly these routes. @throws Error for a route that the table of endpoints does not have */
export function openApiDocument(routes: readonly ServedRoute[]): Json {
  const endpoints = routes.map(endpointOf);
  const taken = convert(
    endpoints.flatMap(({ params, query, body }) => [params, query, ...(body === null ? [] : [body])]),
    'body',
  );
  const given = convert(
    [Problem, ...endpoints.flatMap(({ answer }) => (answer === null ? [] : [answer]))],
    'answer',
  );
  const refs: Refs = new Map([...taken.refs, ...given.refs]);
  const paths: Record<string, Json> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operation(route, refs);
  return {
    openapi: '3.1.0',
    info: {
      title: 'FTM, the Fine-Tuning Manager',
      version: '1.0.0',
      description: DESCRIPTION,
      contact: { name: 'The operators of your FTM' },
      license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
    },
    servers: [{ url: '/', description: 'This server.' }],
    security: [{ key: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: sorted(paths),
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'An Orchestrator API key.' } },
      parameters: PARAMETERS,
      headers: HEADERS,
      responses: refusalResponses(),
      schemas: sorted({ ...given.components, ...taken.components }),
      examples: sorted(
        Object.fromEntries(
          [...BODIES, ...ANSWERS]
            // A refusal has an example of its own for each status.
            .filter(({ schema }) => schema !== Problem)
            .map(({ schema, value }) => [nameOf(schema), { value }]),
        ),
      ),
    },
  };
}

type Refs = ReadonlyMap<z.ZodType, Json>;

function endpointOf({ method, path }: ServedRoute): Endpoint {
  const key = `${method.toUpperCase()} ${path}`;
  if (!isEndpoint(key)) throw new Error(`${key} is served, and is not in the table of endpoints`);
  return endpointNamed(key);
}

function operation(route: ServedRoute, refs: Refs): Json {
  const endpoint = endpointOf(route);
  const writes = writesOf(route);
  return {
    operationId: endpoint.operationId,
    summary: route.summary,
    description: `Needs one of the roles ${route.roles.join(', ')}.`,
    tags: [route.tag],
    parameters: [
      ...parameters(endpoint.params, 'path', refs),
      ...parameters(endpoint.query, 'query', refs),
      ...(writes ? ['IdempotencyKey'] : route.method === 'get' ? ['MinPosition'] : []).map(parameter),
      ...(route.needsIfMatch ? [parameter('IfMatch')] : []),
      ...(route.alsoProduces === 'text/event-stream' ? [parameter('LastEventId')] : []),
      parameter('RequestId'),
    ],
    ...requestBody(route, endpoint, refs),
    responses: { [route.success]: success(route, endpoint, refs), ...refusals(route) },
  };
}

const writesOf = ({ method }: ServedRoute): boolean => ['post', 'put', 'patch'].includes(method);

function requestBody(route: ServedRoute, { body }: Endpoint, refs: Refs): Json {
  if (route.streams !== null)
    return {
      requestBody: {
        required: true,
        description: 'One JSON object a line.',
        content: { [route.streams]: { schema: { type: 'string' } } },
      },
    };
  if (body === null) return {};
  return {
    requestBody: {
      required: true,
      content: { 'application/json': { schema: refs.get(body), examples: exampleOf(body) } },
    },
  };
}

function success(route: ServedRoute, { answer }: Endpoint, refs: Refs): Json {
  const changes = route.method !== 'get';
  const one = answer !== null && hasVersion(answer);
  return {
    description: route.success === 202 ? 'Taken; it goes on.' : changes ? 'Done.' : 'Found.',
    headers: {
      'X-Request-Id': header('RequestId'),
      ...(one ? { ETag: header('ETag') } : {}),
      ...(changes && one ? { 'FTM-Position': header('Position') } : {}),
      ...(writesOf(route) ? { 'Idempotent-Replayed': header('Replayed') } : {}),
      ...(changes && one && !route.path.includes('{') ? { Location: header('Location') } : {}),
    },
    content: {
      ...(answer === null
        ? {
            [route.produces]: {
              schema: { type: 'string', ...(route.produces.startsWith('text/') ? {} : { format: 'binary' }) },
            },
          }
        : { [route.produces]: { schema: refs.get(answer), examples: exampleOf(answer) } }),
      ...(route.alsoProduces === null ? {} : { [route.alsoProduces]: { schema: { type: 'string' } } }),
    },
  };
}

const ALWAYS = [400, 401, 403, 404, 409, 500, 503];

function refusals(route: ServedRoute): Json {
  const statuses = [
    ...ALWAYS,
    ...(writesOf(route) ? [408, 413, 415, 422, 429] : [410]),
    ...(writesOf(route) && route.path.startsWith('/v1/datasets') ? [410] : []),
    ...(writesOf(route) ? [412] : []),
    ...(route.needsIfMatch ? [428] : []),
  ];
  return Object.fromEntries(
    statuses
      .sort((a, b) => a - b)
      .flatMap((status) => {
        const refusal = REFUSALS[String(status)];
        return refusal === undefined
          ? []
          : [[String(status), { $ref: `#/components/responses/${refusal[0]}` }] as const];
      }),
  );
}

/** A resource has an ETag; lists and reports of several have none. */
const hasVersion = (answer: z.ZodType): boolean =>
  answer instanceof z.ZodObject && Object.hasOwn(answer.shape, 'version');

const parameter = (name: string): Json => ({ $ref: `#/components/parameters/${name}` });
const header = (name: string): Json => ({ $ref: `#/components/headers/${name}` });

function parameters(schema: z.ZodType, place: 'path' | 'query', refs: Refs): Json[] {
  const { properties = {}, required = [] } = (refs.get(schema) ?? {}) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...each }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined
      ? place === 'path'
        ? { description: PATH_WORDS[name] ?? name }
        : {}
      : { description }),
    schema: each,
  }));
}

const PATH_WORDS: Readonly<Record<string, string>> = {
  id: 'Id of the resource.',
  project_id: 'The project.',
  aggregate: 'Kind of the resource.',
};

function exampleOf(schema: z.ZodType): Json {
  const name = nameOf(schema);
  return { [name]: { $ref: `#/components/examples/${name}` } };
}

function nameOf(schema: z.ZodType): string {
  const id = schema.meta()?.id;
  if (id === undefined) throw new Error('a body or an answer has no name');
  return id;
}

const sorted = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
