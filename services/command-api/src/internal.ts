import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import type { z } from 'zod';
import type { Commander, RoutingCommander } from '@ftm/commands/commander';
import { ActorPath, Order, Query, StreamPath } from '@ftm/commands/order';
import { eventToWire, outcomeToWire, positionToWire } from '@ftm/commands/wire';
import { EventMisfit } from '@ftm/contracts/codec';
import { CommandInFlight, LogUnavailable } from '@ftm/event-log/event-log';
import { requireBearer } from '@ftm/runtime/bearer';
import type { Logger } from '@ftm/runtime/logger';
import { withSpan } from '@ftm/runtime/telemetry';

/** What the instances and the runners ask of each other, behind the service credential, on a port of its own. */
export function createInternalApp(commander: RoutingCommander, token: string, logger: Logger): Express {
  const app = express();
  const call = answering(commander, logger);
  app.disable('x-powered-by');
  app.use(requireBearer(token));
  app.use(express.json({ limit: '4mb' }));
  app.post(
    '/internal/commands',
    call(
      Order,
      ({ body }) => body as unknown,
      async (order, on) => outcomeToWire(await on.execute(order)),
    ),
  );
  app.post(
    '/internal/find',
    call(
      Query,
      ({ body }) => body as unknown,
      async (query, on) => {
        const outcome = await on.find(query);
        return { outcome: outcome === null ? null : outcomeToWire(outcome) };
      },
    ),
  );
  app.get(
    '/internal/streams/:tenant/:aggregate/:id',
    call(
      StreamPath,
      ({ params }) => params,
      async ({ tenant, stream }, on) => ({
        events: (await on.readStream(tenant, stream)).map(eventToWire),
      }),
    ),
  );
  app.get(
    '/internal/positions/:tenant/:actor',
    call(
      ActorPath,
      ({ params }) => params,
      async ({ tenant, actor }, on) => ({
        position: positionToWire(await on.newestWrite(tenant, actor)),
      }),
    ),
  );
  app.use(refusing(logger));
  return app;
}

/** A route: what is given has to fit the schema, and what the commander says of it is the answer. */
const answering =
  (commander: RoutingCommander, logger: Logger) =>
  <S extends z.ZodType>(
    schema: S,
    given: (request: Request) => unknown,
    work: (input: z.output<S>, on: Commander) => Promise<object>,
  ): RequestHandler =>
  async (request, response) => {
    const input = schema.safeParse(given(request));
    if (!input.success) {
      malformed(
        response,
        input.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
      );
      return;
    }
    // What was forwarded once goes no further.
    const on = request.get('x-ftm-hop') === '1' ? commander.here : commander;
    const parent = request.get('traceparent') ?? null;
    try {
      response.json(
        await withSpan(`internal ${request.method}`, { kind: 'server', parent }, () => work(input.data, on)),
      );
    } catch (error) {
      refuse(error, response, logger);
    }
  };

function refuse(error: unknown, response: Response, logger: Logger): void {
  if (error instanceof LogUnavailable)
    response
      .status(503)
      .set('retry-after', String(Math.ceil(error.retryAfterMs / 1000)))
      .json({ code: 'LOG_UNAVAILABLE', reason: error.reason, retryAfterMs: error.retryAfterMs });
  else if (error instanceof CommandInFlight) response.status(409).json({ code: 'COMMAND_IN_FLIGHT' });
  else if (error instanceof EventMisfit) {
    // The command was made wrongly, and would be again.
    logger.error('a command gave an event that does not fit its schema', { error });
    malformed(response, [{ path: `${error.type}.${error.path}`, message: error.message }]);
  } else {
    logger.error('an internal call failed', { error });
    response.status(500).json({ code: 'INTERNAL' });
  }
}

/** Bodies that are no JSON, or too long. */
const refusing =
  (logger: Logger): ErrorRequestHandler =>
  (error: unknown, _request, response, next) => {
    if (response.headersSent) next(error);
    else if (isBodysFault(error)) malformed(response, [{ path: '', message: error.message }]);
    else refuse(error, response, logger);
  };

const isBodysFault = (error: unknown): error is Error =>
  error instanceof Error && 'status' in error && Number(error.status) >= 400 && Number(error.status) < 500;

function malformed(response: Response, errors: readonly { path: string; message: string }[]): void {
  response.status(400).json({ code: 'MALFORMED', errors });
}
