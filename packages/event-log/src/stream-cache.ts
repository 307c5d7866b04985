import type { RecordedEvent } from '@ftm/contracts/envelope';

export interface StreamCacheLimits {
  readonly maxStreams: number;
  /** Of all streams together; a stream weighs its events' number times a kilobyte, which is near what they take. */
  readonly maxBytes: number;
}

const EVENT_BYTES = 1024;

/**
 * Whole streams that were used last. What is committed is written to it, so an entry is never stale while one writer
 * owns it.
 */
export class StreamCache {
  readonly #limits: StreamCacheLimits;
  readonly #entries = new Map<string, readonly RecordedEvent[]>();
  #bytes = 0;

  constructor(limits: StreamCacheLimits) {
    this.#limits = limits;
  }

  get(key: string): readonly RecordedEvent[] | undefined {
    const events = this.#entries.get(key);
    if (events === undefined) return undefined;
    // Newest use last: a Map keeps the order of insertion.
    this.#entries.delete(key);
    this.#entries.set(key, events);
    return events;
  }

  set(key: string, events: readonly RecordedEvent[]): void {
    this.#remove(key);
    this.#entries.set(key, events);
    this.#bytes += weight(events);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limits.maxStreams && this.#bytes <= this.#limits.maxBytes) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    const events = this.#entries.get(key);
    if (events === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= weight(events);
  }
}

function weight(events: readonly RecordedEvent[]): number {
  return 200 + events.length * EVENT_BYTES;
}
