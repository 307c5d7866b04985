import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import {
  ApiError,
  badRequest,
  insufficientQuota,
  notFound,
  rateLimited,
  serverError,
  unauthorized,
} from './errors.ts';
import type { Fault, Faults } from './faults.ts';
import type { Call, Reply, Route } from './http.ts';
import { newId } from './ids.ts';
import type { Organisation } from './organisations.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Store } from './state/store.ts';

export interface ServerParts {
  readonly store: Store;
  readonly faults: Faults;
  readonly rateLimit: RateLimit;
  readonly organisationOf: (header: string | undefined) => Organisation | undefined;
  readonly routes: readonly Route[];
  /** Served without a key, to this machine only. */
  readonly admin: express.Router;
}

/** The HTTP side: keys, limits, ordered faults and error shapes around the routes. */
export function createServerApp(parts: ServerParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_request, response, next) => {
    response.set('x-request-id', newId('req_', 32));
    response.set('x-ftm-simulator', 'true');
    response.set('openai-version', '2020-10-01');
    response.locals['started'] = performance.now();
    next();
  });
  app.get('/healthz', async (_request, response) => {
    await parts.store.flush();
    response.json({ status: 'ok', simulator: true });
  });
  app.use('/admin', parts.admin);
  for (const route of parts.routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/gu, ':$1');
    const body = route.multipart === true ? [] : [express.json({ limit: '32mb' })];
    app[route.method](path, authenticate(parts), ...body, (request: Request, response: Response) =>
      serve(parts, route, request, response),
    );
  }
  app.use((request: Request) => {
    throw notFound(`Invalid URL (${request.method} ${request.path})`, null);
  });
  app.use((error: unknown, request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    // What is left of a refused upload is read and thrown away, so that the client gets to see the answer.
    request.resume();
    sendError(response, asApiError(error));
  });
  return app;
}

const authenticate =
  ({ organisationOf }: ServerParts) =>
  (request: Request, response: Response, next: NextFunction): void => {
    const org = organisationOf(request.get('authorization'));
    if (org === undefined) throw unauthorized();
    response.locals['org'] = org;
    response.set('openai-organization', org.slug);
    next();
  };

async function serve(parts: ServerParts, route: Route, request: Request, response: Response): Promise<void> {
  const org = response.locals['org'] as Organisation;
  const limits = parts.rateLimit.spend(org.id);
  response.set(limits.headers);
  parts.store.count('calls', route.target);
  if (limits.retryAfterS !== undefined) throw rateLimited(limits.retryAfterS);
  const fault = parts.faults.take(route.target, org.id);
  if ((await before(fault)) === 'silence') return;
  const call: Call = {
    request,
    org,
    asOf: fault?.kind === 'stale' ? Date.now() - (fault.delay_ms ?? 60_000) : undefined,
    param: (name) => String(request.params[name]),
  };
  const reply = await route.handle(call);
  // A reader has nothing to wait for but what it read being durable, which its writer waited for.
  if (route.method === 'get') parts.store.flush().catch(() => undefined);
  else await parts.store.flush();
  if (fault?.kind === 'hang_after_accept') return;
  if (fault?.kind === 'error_after_accept') throw serverError(errorStatus(fault));
  const elapsed = performance.now() - (response.locals['started'] as number);
  response.set('openai-processing-ms', String(Math.round(elapsed)));
  await send(response, fault === undefined ? reply : distorted(reply, fault));
}

/** Faults that come before the request is looked at. */
async function before(fault: Fault | undefined): Promise<'silence' | undefined> {
  switch (fault?.kind) {
    case 'error':
      throw serverError(errorStatus(fault));
    case 'rate_limit':
      throw rateLimited(fault.retry_after ?? 1);
    case 'insufficient_quota':
      throw insufficientQuota();
    case 'hang':
      return 'silence';
    case 'slow':
      await sleep(fault.delay_ms ?? 1000);
      return undefined;
    default:
      return undefined;
  }
}

const errorStatus = (fault: Fault): number => (typeof fault.status === 'number' ? fault.status : 500);

function distorted(reply: Reply, fault: Fault): Reply {
  if (fault.kind === 'unknown_status') {
    const status = typeof fault.status === 'string' ? fault.status : 'awaiting_safety_review';
    return { ...reply, body: withStatus(reply.body, status) };
  }
  return fault.kind === 'garbage' ? { status: 200, headers: { 'x-ftm-garbage': 'true' } } : reply;
}

function withStatus(body: unknown, status: string): unknown {
  if (typeof body !== 'object' || body === null) return body;
  if ('data' in body && Array.isArray(body.data))
    return { ...body, data: body.data.map((each: unknown) => withStatus(each, status)) };
  return 'status' in body ? { ...body, status } : body;
}

async function send(response: Response, reply: Reply): Promise<void> {
  response.status(reply.status ?? 200).set(reply.headers ?? {});
  if (reply.headers?.['x-ftm-garbage'] !== undefined) {
    response.type('application/json').send('{"id": "ftjob-, "object": <html>');
    return;
  }
  if (reply.file !== undefined) {
    response.type('application/octet-stream');
    await pipeline(createReadStream(reply.file), response);
    return;
  }
  if (reply.events !== undefined) {
    response.type('text/event-stream');
    for (const event of reply.events) response.write(`data: ${JSON.stringify(event)}\n\n`);
    response.end('data: [DONE]\n\n');
    return;
  }
  response.json(reply.body);
}

function sendError(response: Response, error: ApiError): void {
  response.status(error.status).set(error.headers).json(error.body());
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const parsed = error as { status?: unknown; type?: unknown } | undefined;
  if (parsed?.type === 'entity.too.large') return new ApiError(413, 'The request body is too large.');
  if (parsed?.status === 400) return badRequest('We could not parse the JSON body of your request.', null);
  console.error(error);
  return serverError();
}
