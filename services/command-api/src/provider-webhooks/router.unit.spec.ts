import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Webhook } from 'standardwebhooks';
import type { ProviderHint } from './hints.ts';
import { providerWebhookRouter } from './router.ts';

const OLD = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const NEW = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const PLAIN = 'a-plain-secret-of-more-than-24-bytes';
const logger = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

let server: Server;
let url: string;
let hints: ProviderHint[] = [];
let broken = false;
beforeAll(async () => {
  const app = express();
  const keep = async (hint: ProviderHint): Promise<void> => {
    if (broken) throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
    hints.push(hint);
  };
  app.use(providerWebhookRouter([OLD, NEW, PLAIN], keep, logger));
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/provider-webhooks/openai`;
});
beforeEach(() => {
  hints = [];
  broken = false;
});
afterAll(() => server.close());

const notice = (type = 'fine_tuning.job.succeeded') =>
  JSON.stringify({ id: 'evt_1', object: 'event', type, created_at: 1, data: { id: 'ftjob-1' } });

async function send(options: {
  secret?: string | Buffer;
  body?: string;
  sentBody?: string;
  at?: Date;
  signature?: string;
}): Promise<number> {
  const { secret = NEW, body = notice(), at = new Date() } = options;
  const signer = Buffer.isBuffer(secret) ? new Webhook(secret, { format: 'raw' }) : new Webhook(secret);
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'webhook-id': 'wh_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': options.signature ?? signer.sign('wh_1', at, body),
    },
    body: options.sentBody ?? body,
  });
  return answer.status;
}

describe('a webhook of the provider', () => {
  it('is a hint, with whichever of the secrets it is signed', async () => {
    for (const secret of [OLD, NEW, Buffer.from(PLAIN)]) expect(await send({ secret })).toBe(204);
    expect(hints).toEqual(
      Array.from({ length: 3 }, () => ({
        webhookId: 'wh_1',
        type: 'fine_tuning.job.succeeded',
        providerJobId: 'ftjob-1',
      })),
    );
  });
  it('is taken when one of several signatures fits', async () => {
    const at = new Date();
    const good = new Webhook(NEW).sign('wh_1', at, notice());
    expect(await send({ at, signature: `v1,${Buffer.alloc(32).toString('base64')} ${good}` })).toBe(204);
  });
  it('is refused when it is forged, changed, old, from the future or not signed', async () => {
    const stranger = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    expect(await send({ secret: stranger })).toBe(401);
    expect(await send({ sentBody: notice('fine_tuning.job.failed') })).toBe(401);
    expect(await send({ at: new Date(Date.now() - 400_000) })).toBe(401);
    expect(await send({ at: new Date(Date.now() + 400_000) })).toBe(401);
    expect(await send({ signature: '' })).toBe(401);
    expect((await fetch(url, { method: 'POST', body: notice() })).status).toBe(401);
    expect(hints).toEqual([]);
  });
  it('of another kind is taken and left alone', async () => {
    expect(await send({ body: notice('response.completed') })).toBe(204);
    expect(await send({ body: '{"strange":true}' })).toBe(204);
    expect(hints).toEqual([]);
  });
  it('that is signed, and has a NUL or no visible name in it, is left alone', async () => {
    for (const id of ['ftjob-\\u0000', 'a b', '\\u202e'])
      expect(await send({ body: notice().replace('ftjob-1', id) })).toBe(204);
    expect(await send({ body: notice('fine_tuning.job.\\u0000'.replace('\\u0000', '\0')) })).toBe(204);
    expect(hints).toEqual([]);
  });
  it('is asked for again when it cannot be kept', async () => {
    broken = true;
    expect(await send({})).toBeGreaterThanOrEqual(500);
  });
});
