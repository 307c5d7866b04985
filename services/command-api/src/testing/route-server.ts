import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import { commandId, type StreamId, type TenantId } from '@ftm/contracts/ids';
import type { EventLog } from '@ftm/event-log/event-log';
import type { Principal } from '@ftm/orchestrator/client';
import { createApp } from '../http/app.ts';
import type { Route } from '../http/route.ts';

/** Routes over HTTP; `principalOf` says who is behind a bearer token. */
export async function serveRoutes(
  routes: readonly Route[],
  tenantId: TenantId,
  principalOf: (bearer: string) => Pick<Principal, 'roles' | 'projects'> & Partial<Principal>,
): Promise<{ readonly url: string; close(): void }> {
  const app = createApp({
    routes,
    authenticator: {
      authenticate: async (authorization) => ({
        active: true,
        expiresAt: null,
        tenantId,
        subject: 'user:ada',
        ...principalOf(authorization?.replace('Bearer ', '') ?? ''),
      }),
    },
    logger: { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined },
    open: [],
    checkAnswers: true,
    reads: { waitFor: async () => undefined, waitForOwn: async () => undefined },
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Puts events on a stream, as if they had been decided. */
export function appendingTo(log: EventLog, tenantId: TenantId) {
  let appended = 0;
  return async (stream: StreamId, ...events: readonly FtmEvent[]): Promise<void> => {
    appended += 1;
    await log.submit({
      tenantId,
      commandId: commandId(tenantId, `append ${appended}`),
      fingerprint: String(appended),
      actor: 'user:ada',
      correlation: 'c',
      causation: null,
      traceparent: null,
      now: new Date().toISOString(),
      primary: stream,
      decide: async () => ({ kind: 'append', events: events.map((event) => ({ stream, event })) }),
    });
  };
}
