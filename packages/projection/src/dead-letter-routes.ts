import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import type { Logger } from '@ftm/runtime/logger';
import { ReplayRefused, type DeadLetters } from './dead-letters.ts';

const Stream = z.object({ tenant: z.string().min(1), stream: z.string().min(1) });
const Replay = Stream.extend({ actor: z.string().min(1).max(200) });
const Discard = Replay.extend({ note: z.string().min(1).max(2000) });

/** What an operator can do about a consumer's dead letters; behind the service credential, under the path where it is mounted. */
export function deadLetterRoutes(letters: DeadLetters, logger: Logger): Router {
  const router = express.Router();

  const on =
    <T extends z.ZodType>(body: T, work: (input: z.infer<T>) => Promise<unknown>) =>
    async (request: Request, response: Response): Promise<void> => {
      const parsed = body.safeParse(request.method === 'GET' ? request.query : request.body);
      if (!parsed.success) {
        response.status(400).json({ code: 'MALFORMED', message: z.prettifyError(parsed.error) });
        return;
      }
      try {
        response.json(await work(parsed.data));
      } catch (error) {
        if (error instanceof RangeError) {
          response.status(404).json({ code: 'NOT_FOUND', message: error.message });
          return;
        }
        if (error instanceof ReplayRefused) {
          response.status(409).json({ code: 'REPLAY_REFUSED', message: error.message });
          return;
        }
        logger.error('dead letters: a request failed', { error });
        response
          .status(500)
          .json({ code: 'INTERNAL', message: 'it failed; the log of the service says why' });
      }
    };

  router.get(
    '/dead-letters',
    on(z.object({}), async () => ({ deadLetters: await letters.list() })),
  );
  router.get(
    '/dead-letters/events',
    on(Stream, ({ tenant, stream }) => letters.show(tenant, stream)),
  );
  router.post(
    '/dead-letters/replay',
    on(Replay, async ({ tenant, stream, actor }) => {
      const outcome = await letters.replay(tenant, stream, actor);
      logger.info('dead letters replayed', { stream, actor, ...outcome });
      return outcome;
    }),
  );
  router.post(
    '/dead-letters/discard',
    on(Discard, async ({ tenant, stream, actor, note }) => {
      const outcome = await letters.discard(tenant, stream, actor, note);
      logger.info('dead letters given up', { stream, actor, note, ...outcome });
      return outcome;
    }),
  );
  return router;
}
