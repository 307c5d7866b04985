import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

/** Stands between a client and a server, and does to their connections what networks do. */
export interface TcpProxy {
  readonly port: number;
  /** Every connection is cut, and new ones as soon as they are made. */
  cut(): void;
  /** What comes from the server is passed on so much later; connections are made, and say nothing until then. */
  slow(ms: number): void;
  heal(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let isCut = false;
  let delayMs = 0;
  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = createConnection(target);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        for (const each of pair) each.destroy();
      });
    }
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk) => {
      // A timer of 0 ms might let what comes later overtake what is still delayed: order is kept by one chain for each connection.
      passed = passed.then(() => later(delayMs)).then(() => void client.write(chunk));
    });
    let passed = Promise.resolve();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cutAll = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      cutAll();
    },
    slow(ms) {
      delayMs = ms;
    },
    heal() {
      isCut = false;
      delayMs = 0;
    },
    async close() {
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}

const later = (ms: number): Promise<void> => (ms === 0 ? Promise.resolve() : sleep(ms));
