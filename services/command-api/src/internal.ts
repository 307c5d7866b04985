import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { z } from 'zod';
import type { Commander, RoutingCommander } from '@ftm/commands/commander';
import { mayCall, whyNot, type Call } from '@ftm/commands/callers';
import { ActorPath, Order, Query, StreamPath } from '@ftm/commands/order';
import type { Credentials } from '@ftm/commands/credentials';
import { createCallVerifier, hasClaims, HEADERS, type Signed, type Verified } from '@ftm/commands/signing';
import { eventToWire, outcomeToWire, positionToWire } from '@ftm/commands/wire';
import { EventMisfit } from '@ftm/contracts/codec';
import { CommandInFlight, LogUnavailable } from '@ftm/event-log/event-log';
import type { Logger } from '@ftm/runtime/logger';
import { withSpan } from '@ftm/runtime/telemetry';

export interface InternalOptions {
  readonly commander: RoutingCommander;
  readonly credentials: Credentials;
  /** Of this instance, as the group of writers tells it to the others. */
  readonly address: string;
  readonly logger: Logger;
}

const BODY_LIMIT = '4mb';

/** What the instances and the runners ask of each other, on a port of its own. Calls and answers are signed: `docs/design/internal-calls.md`. */
export function createInternalApp(options: InternalOptions): Express {
  const app = express();
  const verifier = createCallVerifier(options.credentials);
  const call = answering(options);
  app.disable('x-powered-by');
  app.use((request, response, next) => {
    const signed = verifier.read((name) => request.get(name));
    if (signed === null) unauthenticated(response);
    else {
      response.locals['signed'] = signed;
      next();
    }
  });
  app.use(express.raw({ limit: BODY_LIMIT, type: () => true }));
  app.use((request, response, next) => {
    const { method, originalUrl: path } = request;
    const verified = verifier.verify(
      response.locals['signed'] as Signed,
      { method, path, body: bytesOf(request) },
      request.get(HEADERS.signature) ?? '',
    );
    if (verified === null) unauthenticated(response);
    else {
      response.locals['verified'] = verified;
      next();
    }
  });
  app.post(
    '/internal/commands',
    call('execute', Order, async (order, on) => outcomeToWire(await on.execute(order))),
  );
  app.post(
    '/internal/find',
    call('find', Query, async (query, on) => {
      const outcome = await on.find(query);
      return { outcome: outcome === null ? null : outcomeToWire(outcome) };
    }),
  );
  app.get(
    '/internal/streams/:tenant/:aggregate/:id',
    call('readStream', StreamPath, async ({ tenant, stream }, on) => ({
      events: (await on.readStream(tenant, stream)).map(eventToWire),
    })),
  );
  app.get(
    '/internal/positions/:tenant/:actor',
    call('newestWrite', ActorPath, async ({ tenant, actor }, on) => ({
      position: positionToWire(await on.newestWrite(tenant, actor)),
    })),
  );
  app.get(
    '/internal/identity',
    call('identity', z.object({}), async () => ({ address: options.address })),
  );
  app.use((_request, response) => reply(response, 404, { code: 'NOT_FOUND' }));
  app.use(refusing(options.logger));
  return app;
}

/** A route: who calls may, what is given has to fit the schema, and what the commander says of it is the answer. */
const answering =
  ({ commander, credentials, logger }: InternalOptions) =>
  <S extends z.ZodType>(
    name: Call,
    schema: S,
    work: (input: z.output<S>, on: Commander) => Promise<object>,
  ): RequestHandler =>
  async (request, response) => {
    const { caller, hop } = verifiedOf(response);
    const parent = request.get('traceparent') ?? null;
    try {
      if (!mayCall(caller, name)) throw new Forbidden(`${caller} may not ask for that`);
      const input = schema.safeParse(request.method === 'GET' ? request.params : jsonOf(request));
      if (!input.success) {
        const errors = input.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
        reply(response, 400, { code: 'MALFORMED', errors });
        return;
      }
      if (name === 'execute') {
        const order = input.data as Order;
        const no = whyNot(caller, order, hasClaims(credentials, order, request.get(HEADERS.claims) ?? ''));
        if (no !== null) throw new Forbidden(no);
      }
      // What was forwarded once goes no further.
      const on = hop ? commander.here : commander;
      const span = { kind: 'server', parent } as const;
      reply(response, 200, await withSpan(`internal ${request.method}`, span, () => work(input.data, on)));
    } catch (error) {
      refuse(error, response, logger);
    }
  };

/** A caller asks for what is not its to ask. */
class Forbidden extends Error {}

function refuse(error: unknown, response: Response, logger: Logger): void {
  if (error instanceof LogUnavailable) {
    response.set('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
    reply(response, 503, {
      code: 'LOG_UNAVAILABLE',
      reason: error.reason,
      retryAfterMs: error.retryAfterMs,
    });
  } else if (error instanceof CommandInFlight) reply(response, 409, { code: 'COMMAND_IN_FLIGHT' });
  else if (error instanceof Forbidden) {
    logger.warn('an internal call was refused', { error, caller: verifiedOf(response).caller });
    reply(response, 403, { code: 'FORBIDDEN', message: error.message });
  } else if (error instanceof EventMisfit) {
    // The command was made wrongly, and would be again.
    logger.error('a command gave an event that does not fit its schema', { error });
    malformed(response, `${error.type}.${error.path}`, error.message);
  } else if (error instanceof NoJson) malformed(response, '', error.message);
  else {
    logger.error('an internal call failed', { error });
    reply(response, 500, { code: 'INTERNAL' });
  }
}

/** Before a call is verified there is nothing to sign an answer with. */
const refusing =
  (logger: Logger): ErrorRequestHandler =>
  (error: unknown, _request, response, next) => {
    if (response.headersSent) next(error);
    else if (response.locals['verified'] !== undefined) refuse(error, response, logger);
    else response.status(isTooLarge(error) ? 413 : 400).json({ code: 'MALFORMED' });
  };

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'type' in error && error.type === 'entity.too.large';

const malformed = (response: Response, path: string, message: string): void =>
  reply(response, 400, { code: 'MALFORMED', errors: [{ path, message }] });

function unauthenticated(response: Response): void {
  response.status(401).json({ code: 'UNAUTHENTICATED', message: 'the call is not signed by a known caller' });
}

/** The answer, signed so that the caller knows whose it is. */
function reply(response: Response, status: number, body: object): void {
  const text = JSON.stringify(body);
  response
    .status(status)
    .set(HEADERS.signature, verifiedOf(response).signAnswer(status, text))
    .set('x-content-type-options', 'nosniff')
    .type('application/json')
    .send(text);
}

const verifiedOf = (response: Response): Verified => response.locals['verified'] as Verified;

class NoJson extends Error {}

function jsonOf(request: Request): unknown {
  try {
    return JSON.parse(bytesOf(request).toString('utf8')) as unknown;
  } catch (error) {
    throw new NoJson('the body is no JSON', { cause: error });
  }
}

const bytesOf = ({ body }: Request): Buffer => (Buffer.isBuffer(body) ? body : Buffer.alloc(0));
