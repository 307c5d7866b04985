import { createRequire } from 'node:module';

/** The client's own queue of requests: what is used of it here. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

let done = false;

/**
 * kafkajs 2.2.4 looks every millisecond, on every connection and for ever, whether a request waits to be sent: a thousand timers a second, which cost an idle process several percent
 * of a core. Whoever lets a request wait asks for that look itself, so that without one there is nothing to look for.
 */
export function calmRequests(): void {
  if (done) return;
  done = true;
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
    readonly prototype: RequestQueue;
  };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function scheduleIfAnyWaits(this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
}
