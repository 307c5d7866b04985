import type { Server } from 'node:http';
import express, { type Router } from 'express';
import client from 'prom-client';
import { requireBearer } from './bearer.ts';
import { withTimeout } from './with-timeout.ts';

/** Resolves when the dependency can be used; a text that it resolves with, and what it throws, is shown. */
export type Check = () => Promise<unknown>;

const CHECK_TIMEOUT_MS = 2000;

/** `/healthz` (alive), `/readyz` (every check passes, else 503 and which does not), `/metrics` (Prometheus). */
export function healthRouter(checks: Readonly<Record<string, Check>>): Router {
  const router = express.Router();
  router.get('/healthz', (_request, response) => void response.json({ status: 'alive' }));
  router.get('/readyz', async (_request, response) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await outcome(check)] as const),
    );
    const ready = results.every(([, { ok }]) => ok);
    response.status(ready ? 200 : 503).json({
      status: ready ? 'ready' : 'not ready',
      checks: Object.fromEntries(results.map(([name, { text }]) => [name, text])),
    });
  });
  router.get(
    '/metrics',
    async (_request, response) =>
      void response.type(client.register.contentType).send(await client.register.metrics()),
  );
  return router;
}

async function outcome(check: Check): Promise<{ readonly ok: boolean; readonly text: string }> {
  try {
    const said = await withTimeout(check, CHECK_TIMEOUT_MS, () => {
      throw new Error('no answer');
    });
    return { ok: true, text: typeof said === 'string' ? `ok: ${said}` : 'ok' };
  } catch (error) {
    return {
      ok: false,
      text: error instanceof Error ? (error.message.split('\n')[0] ?? 'failed') : 'failed',
    };
  }
}

/**
 * The port of a process that has no API: health for anyone who reaches it, and what an operator may do, under
 * `/internal`, for who has the token.
 */
export async function serveOperator(
  {
    checks,
    token,
    routes,
  }: { checks: Readonly<Record<string, Check>>; token: string; routes: readonly Router[] },
  host: string,
  port: number,
): Promise<Closable> {
  const app = express();
  app.disable('x-powered-by');
  app.use(healthRouter(checks));
  app.use('/internal', requireBearer(token), express.json(), ...routes);
  return listen(app, host, port);
}

export interface Closable {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens; `close` lets running requests end and cuts idle connections. */
/** @param requestTimeoutMs how long a whole request may take to come in */
export function listen(
  app: express.Express,
  host: string,
  port: number,
  requestTimeoutMs = 300_000,
): Promise<Closable> {
  return new Promise((resolve, reject) => {
    const server: Server = app.listen(port, host, (error?: Error) => {
      if (error !== undefined) {
        reject(error);
        return;
      }
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : port,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeIdleConnections();
            setTimeout(() => server.closeAllConnections(), 3000).unref();
          }),
      });
    });
    server.requestTimeout = requestTimeoutMs;
  });
}
