import express, { type Express, type Request, type Response } from 'express';
import { z } from 'zod';
import { AGGREGATES, streamId } from '@ftm/contracts/ids';
import type { Command } from '@ftm/domain/command';
import { isCommandType } from '@ftm/domain/handle';
import { CommandInFlight, LogUnavailable } from '@ftm/event-log/event-log';
import { requireBearer } from '@ftm/runtime/bearer';
import type { Logger } from '@ftm/runtime/logger';
import { withSpan } from '@ftm/runtime/telemetry';
import { asTenant, eventToWire, outcomeToWire, type Commander } from './commander.ts';

const Order = z.object({
  tenantId: z.string(),
  commandId: z.string().regex(/^[0-9a-f]{64}$/),
  fingerprint: z.string().min(1).max(128),
  actor: z.string().min(1).max(200),
  correlation: z.string().min(1).max(200),
  causation: z.string().max(200).nullable(),
  now: z.iso.datetime(),
  expectedVersion: z.number().int().min(0).optional(),
  command: z.looseObject({ type: z.string().refine(isCommandType, 'an unknown command'), id: z.uuid() }),
});

/** What the instances and the runners ask of each other, behind the service credential, on a port of its own. */
export function createInternalApp(commander: Commander, token: string, logger: Logger): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(requireBearer(token));
  app.use(express.json({ limit: '4mb' }));
  app.post('/internal/commands', (request, response) =>
    answer(request, response, logger, async () => {
      const parsed = Order.safeParse(request.body);
      if (!parsed.success)
        return response.status(400).json({
          code: 'MALFORMED',
          errors: parsed.error.issues.map((issue) => ({
            path: issue.path.join('.'),
            message: issue.message,
          })),
        });
      const { expectedVersion, command, ...rest } = parsed.data;
      const order = {
        ...rest,
        tenantId: asTenant(rest.tenantId),
        command: command as unknown as Command,
        ...(expectedVersion === undefined ? {} : { expectedVersion }),
      };
      return response.json(outcomeToWire(await commander.execute(order, request.get('x-ftm-hop') === '1')));
    }),
  );
  app.get('/internal/streams/:tenant/:aggregate/:id', (request, response) =>
    answer(request, response, logger, async () => {
      const aggregate = AGGREGATES.find((each) => each === request.params.aggregate);
      if (aggregate === undefined) return response.status(404).json({ code: 'NOT_FOUND' });
      const events = await commander.readStream(
        asTenant(request.params.tenant),
        streamId(aggregate, request.params.id),
        request.get('x-ftm-hop') === '1',
      );
      return response.json({ events: events.map(eventToWire) });
    }),
  );
  return app;
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
