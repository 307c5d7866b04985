import { createHmac, randomBytes } from 'node:crypto';
import { newId, nowSeconds } from './ids.ts';
import type { DeliveryRecord, WebhookRecord } from './state/records.ts';
import type { Store } from './state/store.ts';

/** Outgoing notices, signed as Standard Webhooks wants it; thin: the receiver fetches the job. */
export interface Webhooks {
  /** Records an event for every endpoint of the organisation; sent once the record is on disk. */
  announce(org: string, type: string, jobId: string): void;
  /** Takes up what a former process could not deliver. */
  resume(): void;
  close(): void;
}

const RETRY_MS = [200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000];
const TIMEOUT_MS = 15_000;
/** With `out_of_order`, how much later every other event leaves. */
const HELD_BACK_MS = 1500;

export function createWebhooks(store: Store): Webhooks {
  const closing = new AbortController();
  let announced = 0;

  const deliver = async (delivery: DeliveryRecord, holdMs: number): Promise<void> => {
    await store.flush();
    await sleep(holdMs, closing.signal);
    for (let attempt = 0; !closing.signal.aborted; attempt++) {
      const webhook = store.get('webhooks', delivery.webhook);
      if (webhook === undefined || (await sendAll(webhook, delivery, closing.signal))) break;
      await sleep(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 0, closing.signal);
    }
    if (closing.signal.aborted) return;
    store.remove('deliveries', delivery.id);
    store.count('webhooks_delivered');
    await store.flush();
  };
  const start = (delivery: DeliveryRecord, holdMs: number): void =>
    void deliver(delivery, holdMs).catch((error: unknown) => {
      if (!closing.signal.aborted) console.error(error);
    });

  return {
    announce(org, type, jobId) {
      for (const webhook of store.all('webhooks')) {
        if (webhook.org !== '*' && webhook.org !== org) continue;
        const body = JSON.stringify({
          id: newId('evt_'),
          object: 'event',
          type,
          created_at: nowSeconds(),
          data: { id: jobId },
        });
        const delivery: DeliveryRecord = { org, id: newId('wh_'), webhook: webhook.id, body };
        store.put('deliveries', delivery.id, delivery);
        // Started in the next turn: the caller's own changes belong to the same write.
        setImmediate(start, delivery, webhook.out_of_order && announced++ % 2 === 0 ? HELD_BACK_MS : 0);
      }
    },
    resume() {
      for (const delivery of store.all('deliveries')) start(delivery, 0);
    },
    close: () => closing.abort(),
  };
}

async function sendAll(
  webhook: WebhookRecord,
  delivery: DeliveryRecord,
  signal: AbortSignal,
): Promise<boolean> {
  if (webhook.forged) await post(webhook, delivery, randomBytes(32).toString('base64'), signal);
  for (let copy = 0; copy < webhook.duplicates; copy++) await post(webhook, delivery, webhook.secret, signal);
  return post(webhook, delivery, webhook.secret, signal);
}

async function post(
  webhook: WebhookRecord,
  { id, body }: DeliveryRecord,
  secret: string,
  signal: AbortSignal,
): Promise<boolean> {
  const timestamp = String(nowSeconds());
  try {
    const response = await fetch(webhook.url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'ftm-simulator',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signature(secret, `${id}.${timestamp}.${body}`),
      },
      body,
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** `v1,` and the HMAC-SHA256; a secret `whsec_…` is base64, any other is taken as it is. */
export function signature(secret: string, signed: string): string {
  const key = secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
