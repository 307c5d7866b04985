import { once } from 'node:events';
import { createServer, connect, type AddressInfo } from 'node:net';
import express from 'express';
import { boundedByAddress, serveOperator, type Closable } from './health.ts';

const TOKEN = 'the-token-of-the-operator';
const LOCAL = '127.0.0.1';
const routes = express.Router();
routes.get('/fails', () => {
  throw new Error('a secret of the inside');
});

describe('the port of an operator', () => {
  let server: Closable;
  const get = (path: string, init: RequestInit = {}) =>
    fetch(`http://${LOCAL}:${server.port}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    });
  beforeAll(async () => {
    const checks = {
      postgres: async () => {
        throw Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), { code: 'ECONNREFUSED' });
      },
      store: async () => {
        throw new Error('getaddrinfo of http://store.internal');
      },
      workers: async () => {
        throw new Error('1 of 4 workers work');
      },
    };
    server = await serveOperator({ checks, token: TOKEN, routes: [routes] }, LOCAL, 0);
  });
  afterAll(() => server.close());

  it('says what is not ready, and no address', async () => {
    const answer = await get('/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      status: 'not ready',
      checks: {
        postgres: 'it cannot be reached',
        store: 'it cannot be reached',
        workers: '1 of 4 workers work',
      },
    });
  });

  it('shows no stack of what fails, nor of what cannot be read, and says nosniff', async () => {
    const failed = await get('/internal/fails');
    expect([failed.status, await failed.text()]).toEqual([500, '{"code":"INTERNAL"}']);
    expect(failed.headers.get('x-content-type-options')).toBe('nosniff');
    const unread = await get('/internal/fails', { method: 'POST', body: '{' });
    expect([unread.status, await unread.text()]).toEqual([400, '{"code":"MALFORMED_REQUEST"}']);
  });

  it('refuses a wrong token with WWW-Authenticate', async () => {
    const answer = await fetch(`http://${LOCAL}:${server.port}/internal/fails`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });
});

describe('connections of one address', () => {
  it('are cut off beyond their number, and taken again when one has ended', async () => {
    const server = createServer(boundedByAddress(2)).listen(0, LOCAL);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const taken = async () => {
      const coming = once(server, 'connection') as Promise<[{ readonly destroyed: boolean }]>;
      const client = connect(port, LOCAL).on('error', () => undefined);
      const [socket] = await coming;
      return { client, isTaken: !socket.destroyed, socket: socket as unknown as NodeJS.EventEmitter };
    };
    const [first, second, third] = [await taken(), await taken(), await taken()];
    expect([first.isTaken, second.isTaken, third.isTaken]).toEqual([true, true, false]);
    const ended = once(first.socket, 'close');
    first.client.destroy();
    await ended;
    const fourth = await taken();
    expect(fourth.isTaken).toBe(true);
    for (const { client } of [second, third, fourth]) client.destroy();
    server.close();
  });
});
