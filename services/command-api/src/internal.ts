import express, { type Express, type Request, type Response } from 'express';
import type { z } from 'zod';
import type { Commander, RoutingCommander } from '@ftm/commands/commander';
import { Order, Query } from '@ftm/commands/order';
import { eventToWire, outcomeToWire, positionToWire } from '@ftm/commands/wire';
import { AGGREGATES, streamId } from '@ftm/contracts/ids';
import { CommandInFlight, LogUnavailable } from '@ftm/event-log/event-log';
import { requireBearer } from '@ftm/runtime/bearer';
import type { Logger } from '@ftm/runtime/logger';
import { withSpan } from '@ftm/runtime/telemetry';
import { asTenant } from './http/as-tenant.ts';

/** What the instances and the runners ask of each other, behind the service credential, on a port of its own. */
export function createInternalApp(commander: RoutingCommander, token: string, logger: Logger): Express {
  const app = express();
  /** What was forwarded once goes no further. */
  const of = (request: Request): Commander => (request.get('x-ftm-hop') === '1' ? commander.here : commander);
  app.disable('x-powered-by');
  app.use(requireBearer(token));
  app.use(express.json({ limit: '4mb' }));
  app.post('/internal/commands', (request, response) =>
    answer(request, response, logger, async () =>
      withBody(Order, request, response, async (order) => outcomeToWire(await of(request).execute(order))),
    ),
  );
  app.post('/internal/find', (request, response) =>
    answer(request, response, logger, async () =>
      withBody(Query, request, response, async (query) => {
        const outcome = await of(request).find(query);
        return { outcome: outcome === null ? null : outcomeToWire(outcome) };
      }),
    ),
  );
  app.get('/internal/streams/:tenant/:aggregate/:id', (request, response) =>
    answer(request, response, logger, async () => {
      const aggregate = AGGREGATES.find((each) => each === request.params.aggregate);
      if (aggregate === undefined) return response.status(404).json({ code: 'NOT_FOUND' });
      const events = await of(request).readStream(
        asTenant(request.params.tenant),
        streamId(aggregate, request.params.id),
      );
      return response.json({ events: events.map(eventToWire) });
    }),
  );
  app.get('/internal/positions/:tenant/:actor', (request, response) =>
    answer(request, response, logger, async () => {
      const { tenant, actor } = request.params;
      return response.json({
        position: positionToWire(await of(request).newestWrite(asTenant(tenant), actor)),
      });
    }),
  );
  return app;
}

async function withBody<S extends z.ZodType>(
  schema: S,
  request: Request,
  response: Response,
  work: (body: z.output<S>) => Promise<unknown>,
): Promise<unknown> {
  const parsed = schema.safeParse(request.body);
  if (!parsed.success)
    return response.status(400).json({
      code: 'MALFORMED',
      errors: parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
    });
  return response.json(await work(parsed.data));
}

async function answer(
  request: Request,
  response: Response,
  logger: Logger,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await withSpan(
      `internal ${request.method}`,
      { kind: 'server', parent: request.get('traceparent') ?? null },
      work,
    );
  } catch (error) {
    if (error instanceof LogUnavailable)
      response
        .status(503)
        .set('retry-after', String(Math.ceil(error.retryAfterMs / 1000)))
        .json({ code: 'LOG_UNAVAILABLE', reason: error.reason, retryAfterMs: error.retryAfterMs });
    else if (error instanceof CommandInFlight) response.status(409).json({ code: 'COMMAND_IN_FLIGHT' });
    else if (error instanceof TypeError) {
      // An event that does not fit its schema: the command was made wrongly, and would be again.
      logger.error('a command gave an event that does not fit its schema', { error });
      response.status(400).json({ code: 'MALFORMED', errors: [{ path: 'command', message: error.message }] });
    } else {
      logger.error('an internal call failed', { error });
      response.status(500).json({ code: 'INTERNAL' });
    }
  }
}
