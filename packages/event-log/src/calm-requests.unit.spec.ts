import { createRequire } from 'node:module';
import { calmRequests } from './calm-requests.ts';

interface Queue {
  readonly throttleCheckTimeoutId: NodeJS.Timeout | null;
  push(request: {
    readonly entry: { readonly correlationId: number };
    readonly expectResponse: boolean;
    sendRequest(): void;
  }): void;
  fulfillRequest(answer: {
    readonly correlationId: number;
    readonly payload: Buffer;
    readonly size: number;
  }): void;
}

describe('the client’s queue of requests', () => {
  const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as new (
    options: object,
  ) => Queue;
  const sent: number[] = [];
  const request = (correlationId: number) => ({
    entry: {
      correlationId,
      apiName: 'Test',
      apiKey: 0,
      apiVersion: 0,
      resolve: () => undefined,
      reject: () => undefined,
    },
    expectResponse: true,
    sendRequest: () => void sent.push(correlationId),
  });
  const open = (): Queue =>
    new RequestQueue({
      maxInFlightRequests: 1,
      requestTimeout: 1000,
      enforceRequestTimeout: false,
      clientId: 'test',
      broker: 'test',
      logger: { debug: () => undefined, warn: () => undefined },
    });
  beforeAll(calmRequests);
  beforeEach(() => sent.splice(0));

  it('sets no timer after an answer when nothing waits', () => {
    const queue = open();
    queue.push(request(1));
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
    expect(sent).toEqual([1]);
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('sends what waits when the one before it is answered', () => {
    const queue = open();
    queue.push(request(1));
    queue.push(request(2));
    expect(sent).toEqual([1]);
    expect(queue.throttleCheckTimeoutId).not.toBeNull();
    clearTimeout(queue.throttleCheckTimeoutId ?? undefined);
    queue.fulfillRequest({ correlationId: 1, payload: Buffer.alloc(0), size: 0 });
    expect(sent).toEqual([1, 2]);
  });
});
