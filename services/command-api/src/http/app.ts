import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express, { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { z } from 'zod';
import { runWithContext } from '@ftm/runtime/context';
import type { Logger } from '@ftm/runtime/logger';
import { counter, histogram } from '@ftm/runtime/metrics';
import type { LogPosition } from '@ftm/contracts/envelope';
import { EVENTS_PARTITIONS } from '@ftm/contracts/topics';
import { withSpan } from '@ftm/runtime/telemetry';
import { authorize, type Authenticator } from '../auth.ts';
import { notFound, Problem, problemBody, toProblem } from './problem.ts';
import { isWrite, type Answer, type Call, type Route } from './route.ts';
import { readWhole, refuseByHeader } from './body.ts';
import type { ReadWaits } from '../read-waits.ts';
import { parseStrictJson } from './strict-json.ts';

const requests = counter('ftm_http_requests_total', 'Requests', ['method', 'route', 'status']);
const seconds = histogram('ftm_http_request_seconds', 'Time to answer', ['method', 'route']);

export interface AppOptions {
  readonly routes: readonly Route[];
  readonly authenticator: Authenticator;
  readonly logger: Logger;
  /** Routers without authentication: health, documents. */
  readonly open: readonly express.Router[];
  readonly reads: ReadWaits;
  /** In tests: an answer that is not what its schema says is an error of ours. */
  readonly checkAnswers?: boolean;
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
          // Over plain http there is nothing to upgrade to, and the page of the API would stay blank.
          upgradeInsecureRequests: null,
        },
      },
    }),
  );
  app.use(refuseAmbiguous);
  for (const router of options.open) app.use(router);
  for (const [path, routes] of byPath(options.routes)) {
    for (const route of routes)
      app[route.method](path, (request, response) => serve(route, request, response, options));
    const allowed = routes.map(({ method }) => method.toUpperCase()).join(', ');
    app.all(path, (request, response) => {
      response.set('allow', allowed);
      sendProblem(
        response,
        new Problem('METHOD_NOT_ALLOWED', `${request.method} is not allowed here: ${allowed} are`),
        requestId(request),
      );
    });
  }
  app.use((request, response) =>
    sendProblem(response, new Problem('NOT_FOUND', 'there is no such resource'), requestId(request)),
  );
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) next(error);
    else
      sendProblem(
        response,
        new Problem('MALFORMED_REQUEST', 'the request cannot be read'),
        requestId(request),
      );
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

const addressOf = (request: Request): string => request.socket.remoteAddress ?? '';

/** What two readers may read in two ways is read by none: two hosts, or a NUL, which is in no text that Postgres keeps. */
function refuseAmbiguous(request: Request, response: Response, next: NextFunction): void {
  const hosts = request.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  const problem =
    hosts.length > 1
      ? new Problem('MALFORMED_REQUEST', 'there is more than one Host header')
      : request.url.includes('%00')
        ? new Problem('MALFORMED_REQUEST', 'NUL (%00) is not allowed in a path or query', {
            errors: withNul(request.url).map((path) => ({ path, message: 'NUL (%00) is not allowed' })),
          })
        : null;
  if (problem === null) next();
  else sendProblem(response, problem, requestId(request));
}

/** Where a NUL is: the path, or the parameters of the query that have one. */
function withNul(url: string): string[] {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const names = [...searchParams]
    .filter((pair) => pair.some((text) => text.includes('\0')))
    .map(([name]) => name);
  return [...(pathname.includes('%00') ? ['path'] : []), ...names.map((name) => name.replaceAll('\0', ''))];
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
          const principal = await options.authenticator.authenticate(
            request.get('authorization'),
            addressOf(request),
          );
          await runWithContext({ tenant: principal.tenantId }, async () => {
            authorize(principal, route.roles);
            const answer = await route.handle(await validate(route, request, principal, id, options));
            if (options.checkAnswers === true) checkAnswer(route, answer);
            send(response, answer, id);
          });
        } catch (error) {
          const problem = toProblem(error);
          if (problem === undefined || problem.code === 'OBJECT_DAMAGED')
            options.logger.error('a request failed', { error, route: route.path });
          sendProblem(
            response,
            problem ??
              new Problem('INTERNAL', 'something went wrong on our side; it was logged with this request id'),
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
      'IDEMPOTENCY_KEY_MISSING',
      'Idempotency-Key is needed: 1 to 255 visible ASCII characters, a new one for each thing to do, the same one for its retries',
    );
  const ifMatch = request.get('if-match');
  if (route.needsIfMatch && ifMatch === undefined)
    throw new Problem('IF_MATCH_MISSING', 'If-Match is needed: the ETag of the version that you saw');
  const parsed = route.params.safeParse(request.params);
  if (!parsed.success) throw notFound();
  const query = check(route.query, request.query, 'INVALID_QUERY');
  if (route.streams !== null) mustSend(route.streams, request);
  else if (request.method !== 'GET') refuseByHeader(request, route.maxBodyBytes);
  const body =
    route.body === null ? undefined : check(route.body, await jsonOf(route, request), 'INVALID_BODY');
  if (route.method === 'get') {
    const position = minPosition(request.get('ftm-min-position'));
    if (position !== null) await options.reads.waitFor(position);
    else if (route.reads === 'projection') await options.reads.waitForOwn(principal);
  }
  return {
    principal,
    params: parsed.data,
    query,
    body,
    requestId,
    idempotencyKey,
    ifMatch,
    request,
    async stillAllowed() {
      const now = await options.authenticator.authenticate(request.get('authorization'), addressOf(request));
      authorize(now, route.roles);
      return now;
    },
  };
}

/** Faults of one body that are told: the first ones. */
const MOST_ERRORS = 100;

function check(schema: z.ZodType, value: unknown, code: 'INVALID_QUERY' | 'INVALID_BODY'): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues
    .slice(0, MOST_ERRORS)
    .map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  throw new Problem(
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
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', `the body must be ${mediaType}`);
  if (request.get('content-encoding') !== undefined)
    throw new Problem('UNSUPPORTED_ENCODING', 'send the body without content encoding');
}

async function jsonOf(route: Route, request: Request): Promise<unknown> {
  if (!/^application\/json(?: *; *charset="?utf-8"?)? *$/i.test(request.get('content-type') ?? ''))
    throw new Problem('UNSUPPORTED_MEDIA_TYPE', 'the body must be application/json, in UTF-8');
  return parseStrictJson(await readWhole(request, route.maxBodyBytes));
}

function minPosition(header: string | undefined): LogPosition | null {
  if (header === undefined) return null;
  const match = /^(\d{1,5}):(\d{1,18})$/.exec(header);
  if (match?.[1] === undefined || match[2] === undefined || Number(match[1]) >= EVENTS_PARTITIONS)
    throw new Problem('INVALID_POSITION', 'FTM-Min-Position is <partition>:<offset>, as FTM-Position was');
  return { partition: Number(match[1]), offset: BigInt(match[2]) };
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

/** @throws Error saying what is not as the schema says */
function checkAnswer(route: Route, { status, body }: Answer): void {
  if (body === undefined || body instanceof Uint8Array || isStream(body)) return;
  const parsed = route.answer?.safeParse(JSON.parse(JSON.stringify(body)));
  if (parsed?.success !== true || status !== route.success)
    throw new Error(
      `${route.method} ${route.path} answers ${status} with what its schema does not say: ${
        parsed?.success === false ? z.prettifyError(parsed.error) : 'nothing is said of it'
      }`,
    );
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
  response.set({ 'x-request-id': id, 'cache-control': 'no-store', ...problem.options.headers });
  response
    .status(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemBody(problem, id)));
}
