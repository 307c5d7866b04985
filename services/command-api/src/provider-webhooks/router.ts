import { randomUUID } from 'node:crypto';
import express, { type Router } from 'express';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { Logger } from '@ftm/runtime/logger';
import { counter } from '@ftm/runtime/metrics';
import { sendProblem } from '../http/app.ts';
import { Problem, toProblem } from '../http/problem.ts';
import type { KeepHint } from './hints.ts';

const MAX_BODY_BYTES = 64 * 1024;
/** No NUL, above all: Postgres keeps none. */
const VISIBLE = /^[\x21-\x7e]+$/;
/** Thin: the job itself is fetched. */
const Notice = z.looseObject({
  type: z.string().regex(VISIBLE).max(100),
  data: z.looseObject({ id: z.string().regex(VISIBLE).max(200) }),
});
const received = counter('ftm_provider_webhooks_total', 'Webhooks of the provider', ['outcome']);

/**
 * `POST /v1/provider-webhooks/openai`: Standard Webhooks, without a key of ours, because the signature is the proof. Everything that is not signed with one of
 * `secrets` is refused alike.
 */
export function providerWebhookRouter(secrets: readonly string[], keep: KeepHint, logger: Logger): Router {
  const verifiers = secrets.map(verifierOf);
  const router = express.Router();
  router.post(
    '/v1/provider-webhooks/openai',
    express.raw({ type: () => true, limit: MAX_BODY_BYTES, inflate: false }),
    async (request, response) => {
      try {
        const body: unknown = request.body;
        const headers = {
          'webhook-id': request.get('webhook-id') ?? '',
          'webhook-timestamp': request.get('webhook-timestamp') ?? '',
          'webhook-signature': request.get('webhook-signature') ?? '',
        };
        const said = verified(verifiers, Buffer.isBuffer(body) ? body.toString('utf8') : '', headers);
        const notice = Notice.safeParse(said);
        if (notice.data?.type.startsWith('fine_tuning.job.') === true) {
          const { type, data } = notice.data;
          await keep({ webhookId: headers['webhook-id'], type, providerJobId: data.id });
        }
        received.inc({ outcome: notice.success ? 'taken' : 'ignored' });
        response.status(204).end();
      } catch (error) {
        received.inc({ outcome: 'refused' });
        const problem = toProblem(error);
        if (problem === undefined) logger.error('a webhook of the provider could not be taken', { error });
        sendProblem(
          response,
          problem ?? new Problem('INTERNAL', 'something went wrong on our side'),
          randomUUID(),
        );
      }
    },
  );
  return router;
}

/** `whsec_` and base64, else the text itself. */
const verifierOf = (secret: string): Webhook =>
  secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(Buffer.from(secret), { format: 'raw' });

/** @throws Problem 401 */
function verified(
  verifiers: readonly Webhook[],
  body: string,
  headers: Readonly<Record<string, string>>,
): unknown {
  for (const each of verifiers) {
    try {
      return each.verify(body, { ...headers });
    } catch {
      // Another secret may fit: while one is rotated, two are good.
    }
  }
  throw new Problem(
    'SIGNATURE_INVALID',
    'the webhook is not signed with a secret that is known here, or too old',
  );
}
