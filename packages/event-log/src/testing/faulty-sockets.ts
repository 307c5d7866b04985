import { connect, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

/** API keys of the Kafka protocol. */
export const API = { produce: 0, initProducerId: 22, endTxn: 26 } as const;

export interface FaultySockets {
  readonly factory: ISocketFactory;
  /**
   * The next request of this API loses its connection: `before` it reaches the broker, or `after`, so that only the
   * reply is lost.
   * @returns resolved when it has happened
   */
  breakNext(api: number, when: 'before' | 'after'): Promise<void>;
}

/** TCP connections to Kafka that break where a test wants it. */
export function createFaultySockets(): FaultySockets {
  let planned: { api: number; when: 'before' | 'after'; done: () => void } | null = null;
  return {
    factory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect);
      socket.setKeepAlive(true);
      const write: (...args: never[]) => boolean = socket.write.bind(socket);
      socket.write = (chunk: unknown, ...rest: unknown[]) => {
        if (planned !== null && Buffer.isBuffer(chunk) && apiOf(chunk) === planned.api) {
          const { when, done } = planned;
          planned = null;
          done();
          if (when === 'before') {
            socket.destroy(reset());
            return true;
          }
          deafen(socket);
        }
        return write(chunk as never, ...(rest as never[]));
      };
      return socket;
    },
    breakNext: (api, when) =>
      new Promise((done) => {
        planned = { api, when, done };
      }),
  };
}

/** The request is sent, its reply is never heard, and then the connection is gone. */
function deafen(socket: Socket): void {
  socket.removeAllListeners('data');
  socket.on('data', () => socket.destroy(reset()));
}

function reset(): Error {
  return Object.assign(new Error('connection reset by test'), { code: 'ECONNRESET' });
}

/** A request begins with its length in 4 bytes and its API key in 2. */
function apiOf(request: Buffer): number {
  return request.length < 6 ? -1 : request.readInt16BE(4);
}
