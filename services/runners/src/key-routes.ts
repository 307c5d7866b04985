import express, { type Router } from 'express';
import { z } from 'zod';
import type { ListingStore } from '@ftm/object-store/erase-tenant';
import type { KeyProvider } from '@ftm/object-store/key-provider';
import { rewrapKeys, type ReplacingStore } from '@ftm/object-store/rewrap-keys';
import type { Logger } from '@ftm/runtime/logger';

const Rewrap = z.object({
  actor: z.string().min(1).max(200),
  after: z.string().max(1000).optional(),
  limit: z.number().int().min(1).max(1000).default(200),
  dryRun: z.boolean().default(false),
});

/** Data keys, for an operator; behind the service credential, under the path where it is mounted. */
export function keyRoutes(store: ListingStore & ReplacingStore, keys: KeyProvider, logger: Logger): Router {
  const router = express.Router();
  router.post('/keys/rewrap', async (request, response) => {
    const parsed = Rewrap.safeParse(request.body);
    if (!parsed.success)
      return response.status(400).json({ code: 'MALFORMED', message: z.prettifyError(parsed.error) });
    const { actor, after, ...rest } = parsed.data;
    try {
      const page = await rewrapKeys(store, keys, { ...rest, ...(after === undefined ? {} : { after }) });
      if (page.rewrapped > 0)
        logger.info('data keys were wrapped anew', {
          actor,
          keyEncryptionKey: keys.keyId,
          rewrapped: page.rewrapped,
        });
      return response.json({ keyEncryptionKey: keys.keyId, ...page });
    } catch (error) {
      logger.error('data keys: a request failed', { error });
      return response
        .status(500)
        .json({ code: 'INTERNAL', message: 'it failed; the log of the service says why' });
    }
  });
  return router;
}
