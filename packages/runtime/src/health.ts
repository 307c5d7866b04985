import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import express, { type ErrorRequestHandler, type Router } from 'express';
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

/** What a client of a network says names addresses, and has a code; what FTM says itself has none. */
const said = (error: Error): string =>
  'code' in error || error instanceof AggregateError || /\d\.\d+\.\d|:\/\/|:\d/.test(error.message)
    ? 'it cannot be reached'
    : (error.message.split('\n')[0] ?? 'failed');

async function outcome(check: Check): Promise<{ readonly ok: boolean; readonly text: string }> {
  try {
    const told = await withTimeout(check, CHECK_TIMEOUT_MS, () => {
      throw new Error('no answer');
    });
    return { ok: true, text: typeof told === 'string' ? `ok: ${told}` : 'ok' };
  } catch (error) {
    return { ok: false, text: error instanceof Error ? said(error) : 'failed' };
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
  app.use((_request, response, next) => {
    response.set('x-content-type-options', 'nosniff');
    next();
  });
  app.use(healthRouter(checks));
  app.use('/internal', requireBearer(token), express.json(), ...routes);
  app.use(withoutStack);
  return listen(app, host, port);
}

/** Express shows the stack of what was thrown, outside of production. */
const withoutStack: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  const status = (error as { readonly status?: unknown } | null)?.status;
  const isTheirs = typeof status === 'number' && status >= 400 && status < 500;
  if (response.headersSent) next(error);
  else response.status(isTheirs ? status : 500).json({ code: isTheirs ? 'MALFORMED_REQUEST' : 'INTERNAL' });
};

export interface Closable {
  readonly port: number;
  close(): Promise<void>;
}

/** Who has sent no headers by then is cut off: until then nobody knows whose the connection is. */
const HEADERS_MS = 10_000;
const LOOKS = { connectionsCheckingInterval: 2000 };
const MOST_CONNECTIONS = 4096;
/** A proxy has one address too, so this is more than one client needs. */
const MOST_OF_ADDRESS = 1024;

/** Cuts off connections of an address that has `most` already. */
export function boundedByAddress(most: number): (socket: Socket) => void {
  const open = new Map<string, number>();
  return (socket) => {
    const address = socket.remoteAddress ?? '';
    const before = open.get(address) ?? 0;
    if (before >= most) {
      socket.destroy();
      return;
    }
    open.set(address, before + 1);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  };
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
    const server = createServer(
      { headersTimeout: HEADERS_MS, requestTimeout: requestTimeoutMs, ...LOOKS },
      app,
    );
    server.maxConnections = MOST_CONNECTIONS;
    server.on('connection', boundedByAddress(MOST_OF_ADDRESS));
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
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
  });
}
