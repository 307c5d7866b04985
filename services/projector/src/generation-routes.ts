import express, { type Response, type Router } from 'express';
import { z } from 'zod';
import { beginGeneration, dropGeneration, listGenerations } from '@ftm/postgres/generations';
import { JOURNAL_CONSUMER } from '@ftm/postgres/journal';
import { withTransaction, type Pool } from '@ftm/postgres/pool';
import type { Logger } from '@ftm/runtime/logger';

const Begin = z.object({ actor: z.string().min(1).max(200) });

/** Generations of the read models, for an operator; behind the service credential, under the path where it is mounted. */
export function generationRoutes(pool: Pool, logger: Logger): Router {
  const router = express.Router();

  async function answer(
    response: Response,
    conflict: { code: string; message: string },
    work: () => Promise<unknown>,
  ) {
    try {
      await work();
    } catch (error) {
      if (isCode(error, conflict.code)) {
        response.status(409).json({ code: 'CONFLICT', message: conflict.message });
        return;
      }
      logger.error('generations: a request failed', { error });
      response.status(500).json({ code: 'INTERNAL', message: 'it failed; the log of the service says why' });
    }
  }

  router.get('/generations', (_request, response) =>
    answer(response, NO_CONFLICT, async () => response.json({ generations: await listGenerations(pool) })),
  );
  router.post('/generations', (request, response) => {
    const parsed = Begin.safeParse(request.body);
    if (!parsed.success)
      return response.status(400).json({ code: 'MALFORMED', message: z.prettifyError(parsed.error) });
    const { actor } = parsed.data;
    return answer(response, { code: '23505', message: 'one is being built already' }, async () => {
      const generation = await withTransaction(pool, (client) =>
        beginGeneration(client, actor, JOURNAL_CONSUMER),
      );
      logger.info('a rebuild was asked for', { generation, actor });
      response.status(202).json({ generation });
    });
  });
  router.delete('/generations/:generation', (request, response) => {
    const generation = z.coerce.number().int().min(1).safeParse(request.params.generation);
    if (!generation.success) return response.status(404).json({ code: 'NOT_FOUND' });
    return answer(response, { code: 'P0001', message: 'it is live' }, async () => {
      if (!(await listGenerations(pool)).some((each) => each.generation === generation.data)) {
        response.status(404).json({ code: 'NOT_FOUND', message: 'there is no such generation' });
        return;
      }
      await withTransaction(pool, (client) => dropGeneration(client, generation.data));
      logger.info('a generation was dropped', { generation: generation.data });
      response.status(204).end();
    });
  });
  return router;
}

const NO_CONFLICT = { code: '', message: '' };

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
