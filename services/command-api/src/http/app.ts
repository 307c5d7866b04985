import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express, { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import type { z } from 'zod';
import { runWithContext } from '@ftm/runtime/context';
import type { Logger } from '@ftm/runtime/logger';
import { counter, histogram } from '@ftm/runtime/metrics';
import { EVENTS_PARTITIONS } from '@ftm/contracts/topics';
import { withSpan } from '@ftm/runtime/telemetry';
import { authorize, type Authenticator } from '../auth.ts';
import { Problem, problemBody, toProblem } from './problem.ts';
import { isWrite, type Answer, type Call, type Route } from './route.ts';
import { parseStrictJson } from './strict-json.ts';

const requests = counter('ftm_http_requests_total', 'Requests', ['method', 'route', 'status']);
const seconds = histogram('ftm_http_request_seconds', 'Time to answer', ['method', 'route']);

export interface AppOptions {
  readonly routes: readonly Route[];
  readonly authenticator: Authenticator;
  readonly logger: Logger;
  /** Routers without authentication: health, documents. */
  readonly open: readonly express.Router[];
  /** Waits until reads have come this far. @throws Problem 503 */
  waitFor(position: { readonly partition: number; readonly offset: bigint }): Promise<void>;
}

/** The public app: what is not a route of the table is a 404. */
export function createApp(options: AppOptions): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: {
          defaultSrc: ["'self'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'", "'unsafe-inline'"],
          imgSrc: ["'self'", 'data:'],
        },
      },
    }),
  );
  for (const router of options.open) app.use(router);
  for (const [path, routes] of byPath(options.routes)) {
    for (const route of routes)
      app[route.method](
        path,
        ...(route.streams === null
          ? [express.raw({ type: () => true, limit: route.maxBodyBytes, inflate: false })]
          : []),
        (request, response) => serve(route, request, response, options),
      );
    const allowed = routes.map(({ method }) => method.toUpperCase()).join(', ');
    app.all(path, (request, response) => {
      response.set('allow', allowed);
      sendProblem(
        response,
        new Problem(405, 'METHOD_NOT_ALLOWED', `${request.method} is not allowed here: ${allowed} are`),
        requestId(request),
      );
    });
  }
  app.use((request, response) =>
    sendProblem(response, new Problem(404, 'NOT_FOUND', 'there is no such resource'), requestId(request)),
  );
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) next(error);
    else sendProblem(response, bodyProblem(error), requestId(request));
  });
  return app;
}

/** Fixed names before parameters: a GET of a path that only takes POST is a wrong method, not a resource of that name that is missing. */
export function byPath<R extends Pick<Route, 'path'>>(routes: readonly R[]): [string, R[]][] {
  const paths = new Map<string, R[]>();
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    paths.set(path, [...(paths.get(path) ?? []), route]);
  }
  const rank = (path: string): string => path.replaceAll(/:\w+/g, '~');
  return [...paths].sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1));
}

async function serve(route: Route, request: Request, response: Response, options: AppOptions): Promise<void> {
  const id = requestId(request);
  const started = process.hrtime.bigint();
  const parent = request.get('traceparent') ?? null;
  await withSpan(
    `${request.method} ${route.path}`,
    { kind: 'server', parent, attributes: { 'http.route': route.path } },
    (span) =>
      runWithContext({ requestId: id }, async () => {
        try {
          const principal = await options.authenticator.authenticate(request.get('authorization'));
          await runWithContext({ tenant: principal.tenantId }, async () => {
            authorize(principal, route.roles);
            send(response, await route.handle(await validate(route, request, principal, id, options)), id);
          });
        } catch (error) {
          const problem = toProblem(error);
          if (problem === undefined) options.logger.error('a request failed', { error, route: route.path });
          sendProblem(
            response,
            problem ??
              new Problem(
                500,
                'INTERNAL',
                'something went wrong on our side; it was logged with this request id',
              ),
            id,
          );
        }
        span.setAttribute('http.response.status_code', response.statusCode);
        requests.inc({ method: request.method, route: route.path, status: String(response.statusCode) });
        seconds.observe(
          { method: request.method, route: route.path },
          Number(process.hrtime.bigint() - started) / 1e9,
        );
      }),
  );
}

async function validate(
  route: Route,
  request: Request,
  principal: Call['principal'],
  requestId: string,
  options: AppOptions,
): Promise<Call> {
  const writes = isWrite(route);
  const idempotencyKey = request.get('idempotency-key') ?? '';
  if (writes && !/^[\x21-\x7e]{1,255}$/.test(idempotencyKey))
    throw new Problem(
      400,
      'IDEMPOTENCY_KEY_MISSING',
      'Idempotency-Key is needed: 1 to 255 visible ASCII characters, a new one for each thing to do, the same one for its retries',
    );
  const ifMatch = request.get('if-match');
  if (route.needsIfMatch && ifMatch === undefined)
    throw new Problem(428, 'IF_MATCH_MISSING', 'If-Match is needed: the ETag of the version that you saw');
  const parsed = route.params.safeParse(request.params);
  if (!parsed.success) throw new Problem(404, 'NOT_FOUND', 'there is no such resource');
  if (route.streams !== null) mustSend(route.streams, request);
  const query = check(route.query, request.query, 'INVALID_QUERY');
  const body = route.body === null ? undefined : check(route.body, readBody(request), 'INVALID_BODY');
  if (!writes) await options.waitFor(minPosition(request.get('ftm-min-position')));
  return { principal, params: parsed.data, query, body, requestId, idempotencyKey, ifMatch, request };
}

function check(schema: z.ZodType, value: unknown, code: string): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  throw new Problem(
    400,
    code,
    errors
      .map((each) => `${each.path === '' ? 'the whole' : each.path}: ${each.message}`)
      .slice(0, 3)
      .join('; '),
    { errors },
  );
}

function mustSend(mediaType: string, request: Request): void {
  const [type = ''] = (request.get('content-type') ?? '').split(';');
  if (type.trim().toLowerCase() !== mediaType)
    throw new Problem(415, 'UNSUPPORTED_MEDIA_TYPE', `the body must be ${mediaType}`);
  if (request.get('content-encoding') !== undefined)
    throw new Problem(415, 'UNSUPPORTED_ENCODING', 'send the body without content encoding');
}

function readBody(request: Request): unknown {
  const type = request.get('content-type') ?? '';
  if (!/^application\/json\b/i.test(type))
    throw new Problem(415, 'UNSUPPORTED_MEDIA_TYPE', 'the body must be application/json');
  return parseStrictJson(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
}

function minPosition(header: string | undefined): { partition: number; offset: bigint } {
  if (header === undefined) return { partition: 0, offset: -1n };
  const match = /^(\d{1,5}):(\d{1,18})$/.exec(header);
  if (match?.[1] === undefined || match[2] === undefined || Number(match[1]) >= EVENTS_PARTITIONS)
    throw new Problem(
      400,
      'INVALID_POSITION',
      'FTM-Min-Position is <partition>:<offset>, as FTM-Position was',
    );
  return { partition: Number(match[1]), offset: BigInt(match[2]) };
}

/** What express refuses before a route is reached. */
function bodyProblem(error: unknown): Problem {
  const type = (error as { type?: unknown }).type;
  if (type === 'entity.too.large')
    return new Problem(
      413,
      'BODY_TOO_LARGE',
      `the body is larger than the ${String((error as { limit?: unknown }).limit)} bytes that are allowed here`,
    );
  if (type === 'encoding.unsupported')
    return new Problem(415, 'UNSUPPORTED_ENCODING', 'send the body without content encoding');
  return new Problem(400, 'MALFORMED_REQUEST', 'the request cannot be read');
}

const ids = new WeakMap<Request, string>();
function requestId(request: Request): string {
  let id = ids.get(request);
  if (id === undefined) {
    const given = request.get('x-request-id');
    id = given !== undefined && /^[A-Za-z0-9._-]{1,100}$/.test(given) ? given : randomUUID();
    ids.set(request, id);
  }
  return id;
}

function send(response: Response, answer: Answer, id: string): void {
  response.set({ 'x-request-id': id, 'cache-control': 'no-store', ...answer.headers });
  response.status(answer.status);
  if (answer.body === undefined) response.end();
  else if (isStream(answer.body)) sendAsItComes(response, answer.body);
  else if (answer.body instanceof Uint8Array) response.send(Buffer.from(answer.body));
  else response.json(answer.body);
}

const isStream = (body: unknown): body is AsyncIterable<string> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;

/** The request is answered with the headers; a client that goes away ends the stream. */
function sendAsItComes(response: Response, body: AsyncIterable<string>): void {
  response.flushHeaders();
  pipeline(Readable.from(body, { objectMode: false }), response).catch(() => undefined);
}

export function sendProblem(response: Response, problem: Problem, id: string): void {
  // What is still being sent is not waited for.
  if (!response.req.complete) response.set('connection', 'close');
  if (problem.options.retryAfterMs !== undefined)
    response.set('retry-after', String(Math.max(1, Math.ceil(problem.options.retryAfterMs / 1000))));
  response.set({ 'x-request-id': id, 'cache-control': 'no-store' });
  response
    .status(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemBody(problem, id)));
}
