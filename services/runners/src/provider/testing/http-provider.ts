import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A provider that answers whatever a test wants it to, over real HTTP. */
export interface HttpProvider {
  readonly url: string;
  readonly baseUrl: string;
  /** Method and path of what was asked. */
  readonly asked: readonly string[];
  answer: Handler;
  close(): Promise<void>;
}

export async function startHttpProvider(): Promise<HttpProvider> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    provider.answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: HttpProvider = {
    url,
    baseUrl: `${url}/v1`,
    asked,
    answer: json({}),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return provider;
}

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
