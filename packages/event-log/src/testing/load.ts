import { setTimeout as delay } from 'node:timers/promises';
import { commandId, tenantId, type StreamId } from '@ftm/contracts/ids';
import { sendOnce, type Answer, type Known, type Writer } from './writers.ts';
import type { SubmitBody } from './writer-process.ts';

/** Clients that keep conflicting commands coming, and a ledger of what they were told. */
export interface Load {
  /** Command id → what its client knows at the end. */
  readonly ledger: ReadonlyMap<string, Known>;
  /** How often an answer had this status, or the connection broke. */
  readonly seen: ReadonlyMap<string, number>;
  /** How often a command was acknowledged. */
  acknowledged(): number;
  /** Until each client has begun a try since: none of them still talks to an instance that was taken away before. */
  turn(): Promise<void>;
  /** Lets every client finish its command. */
  stop(): Promise<void>;
  /** Ends at once; what is under way is not known then. */
  abandon(): void;
}

export interface LoadOptions {
  /** The instances as they are now: a killed one may be replaced while the load runs. */
  readonly writers: () => readonly Writer[];
  readonly tenants: readonly string[];
  readonly streams: readonly StreamId[];
  readonly clients: number;
}

/**
 * A third of the keys come twice, some commands expect a version, and one in ten clients gives up after a broken
 * connection.
 */
export function startLoad(options: LoadOptions): Load {
  const ledger = new Map<string, Known>();
  const seen = new Map<string, number>();
  let stopped = false;
  let abandoned = false;
  let number = 0;
  let acknowledged = 0;
  const recent: SubmitBody[] = [];
  /** How often each client has sent something. */
  const tries = Array.from({ length: options.clients }, () => 0);
  const running = tries.map((_, number) => client(number));

  async function client(own: number): Promise<void> {
    while (!stopped) {
      const repeated = recent.length > 0 && Math.random() < 0.3;
      const body = repeated ? pick(recent) : fresh();
      const id = commandId(tenantId(body.tenant), body.key);
      const known = await finish(body, own);
      const before = ledger.get(id);
      if (before?.kind !== 'acknowledged' || known.kind === 'acknowledged') ledger.set(id, known);
      if (before?.kind === 'acknowledged' && known.kind === 'refused')
        throw new Error(`command ${body.key} was acknowledged and then refused`);
    }
  }

  function fresh(): SubmitBody {
    number += 1;
    const body: SubmitBody = {
      tenant: pick(options.tenants),
      key: `key ${number}`,
      stream: pick(options.streams),
      count: 1 + Math.floor(Math.random() * 3),
      ...(Math.random() < 0.1 ? { expectedVersion: Math.floor(Math.random() * 20) } : {}),
    };
    recent.push(body);
    if (recent.length > 50) recent.shift();
    return body;
  }

  async function finish(body: SubmitBody, own: number): Promise<Known> {
    const givesUp = Math.random() < 0.1;
    for (let attempt = 0; attempt < 300 && !abandoned; attempt += 1) {
      tries[own] = (tries[own] ?? 0) + 1;
      try {
        const answer = await sendOnce(pick(options.writers()).url, body);
        tally(answer.status === 503 ? `503 ${answer.body.reason ?? ''}` : String(answer.status));
        const known = understood(answer);
        if (known !== null) {
          if (known.kind === 'acknowledged') acknowledged += 1;
          return known;
        }
      } catch (error) {
        // Refused: it was never sent. Broken: nobody knows.
        const refused = isRefused(error);
        tally(refused ? 'refused' : 'broken');
        if (givesUp && !refused) return { kind: 'unknown' };
      }
      await delay(20 + Math.random() * 60);
    }
    return { kind: 'unknown' };
  }

  function tally(what: string): void {
    seen.set(what, (seen.get(what) ?? 0) + 1);
  }

  return {
    ledger,
    seen,
    acknowledged: () => acknowledged,
    async turn() {
      const before = [...tries];
      while (!stopped && tries.some((each, client) => each === before[client])) await delay(10);
    },
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
    abandon() {
      stopped = true;
      abandoned = true;
      // A client that fails when nobody asks any more has nothing to tell.
      for (const each of running) each.catch(() => undefined);
    },
  };
}

/** Null when the command has to be sent again. */
function understood({ status, body }: Answer): Known | null {
  if (status === 500) throw new Error(`a writer failed: ${JSON.stringify(body)}`);
  if (status !== 200) return null;
  if (body.kind === 'appended')
    return {
      kind: 'acknowledged',
      events: (body.events ?? []).map((each) => each.envelope),
      replayed: body.replayed === true,
    };
  return { kind: 'refused' };
}

/** Looked at by shape: an error of `fetch` is of another realm than a test's. */
function isRefused(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string } };
  return cause?.code === 'ECONNREFUSED';
}

function pick<T>(from: readonly T[]): T {
  return from[Math.floor(Math.random() * from.length)] as T;
}
