import { setTimeout as delay } from 'node:timers/promises';
import { parseStreamId } from '@ftm/contracts/ids';
import { CommandInFlight, LogUnavailable, UNAVAILABLE_REASONS } from '@ftm/event-log/event-log';
import { readBounded } from '@ftm/runtime/read-bounded';
import { traceparent } from '@ftm/runtime/telemetry';
import type { Commander } from './commander.ts';
import type { Credential } from './credentials.ts';
import type { Order } from './order.ts';
import { HEADERS, signCall, signClaims, type SignedCall } from './signing.ts';
import { eventsFromWire, foundFromWire, identityFromWire, newestFromWire, outcomeFromWire } from './wire.ts';

export interface ClientOptions {
  readonly credential: Credential;
  /** Of one call; default 20,000. */
  readonly timeoutMs?: number;
}

/** The other side answered, but nothing that a call may be answered with. */
export class CallFailed extends Error {
  readonly status: number;
  constructor(call: string, status: number, body: string) {
    super(`${call}: ${status} ${body.slice(0, 500)}`);
    this.name = 'CallFailed';
    this.status = status;
  }
}

const TIMEOUT_MS = 20_000;
/** With these two, who is forwarded to an instance that is away has an answer within 5 s; one that is only slow is waited for. */
const LOOK_AFTER_MS = 2000;
const IDENTITY_TIMEOUT_MS = 1500;
/** How long it is believed that an address is an instance's. */
const IDENTITY_MS = 60_000;
const MAX_PEERS = 256;
/** A stream's history is in an answer, and a job that reports for weeks has a long one. */
const MAX_ANSWER_BYTES = 64 * 2 ** 20;

/** The commander of another process, by the internal port of that. Who is called is believed by the secret that both have. */
export function createCommanderClient(url: string, options: ClientOptions): Commander {
  const { credential, timeoutMs = TIMEOUT_MS } = options;
  const call = createCall(url, { credential, hop: false });
  return commanderOver(
    (request) => call(request, AbortSignal.timeout(timeoutMs)),
    () => ({}),
  );
}

/**
 * Reaches other instances of command-api, for what is forwarded to them. Their addresses come from the group of writers, which whoever
 * reaches Kafka may join: before anything goes to one, it has to prove that it is an instance and that this is its own address.
 */
export function createPeers(options: ClientOptions): (address: string) => Commander {
  const peers = new Map<string, Commander>();
  return (address) => {
    const known = peers.get(address) ?? createPeer(address, options);
    peers.delete(address);
    peers.set(address, known);
    for (const oldest of peers.keys()) {
      if (peers.size <= MAX_PEERS) break;
      peers.delete(oldest);
    }
    return known;
  };
}

function createPeer(address: string, { credential, timeoutMs = TIMEOUT_MS }: ClientOptions): Commander {
  const call = createCall(address, { credential, hop: true });
  let provenUntil = 0;
  let proving: Promise<void> | null = null;

  async function prove(): Promise<void> {
    const told = identityFromWire(
      await call({ method: 'GET', path: '/internal/identity' }, AbortSignal.timeout(IDENTITY_TIMEOUT_MS)),
    );
    if (told !== address) throw new Error(`the process at ${address} is not the instance of that address`);
    provenUntil = Date.now() + IDENTITY_MS;
  }

  async function proven(): Promise<void> {
    if (Date.now() < provenUntil) return;
    try {
      await (proving ??= prove().finally(() => {
        proving = null;
      }));
    } catch (error) {
      // Nothing was sent, so nothing is uncertain.
      throw new LogUnavailable('claiming', 1000, { cause: error });
    }
  }

  /** Until the other side is seen to be away. */
  async function awayFrom(answered: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await delay(LOOK_AFTER_MS, undefined, { signal: answered });
        await prove();
      }
    } catch {
      return;
    }
  }

  return commanderOver(
    async (request) => {
      await proven();
      const answered = new AbortController();
      const away = new AbortController();
      void awayFrom(answered.signal).then(() => away.abort());
      try {
        return await call(request, AbortSignal.any([away.signal, AbortSignal.timeout(timeoutMs)]));
      } finally {
        answered.abort();
      }
    },
    (order) => ({ [HEADERS.claims]: signClaims(credential, order) }),
  );
}

interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function commanderOver(
  call: (request: Request) => Promise<unknown>,
  claims: (order: Order) => Readonly<Record<string, string>>,
): Commander {
  const path = (...parts: readonly string[]): string =>
    `/internal/${parts.map(encodeURIComponent).join('/')}`;
  return {
    execute: async (order) =>
      outcomeFromWire(
        await call({ method: 'POST', path: path('commands'), body: order, headers: claims(order) }),
      ),
    find: async (query) => foundFromWire(await call({ method: 'POST', path: path('find'), body: query })),
    async readStream(tenant, stream) {
      const { aggregate, id } = parseStreamId(stream);
      return eventsFromWire(await call({ method: 'GET', path: path('streams', tenant, aggregate, id) }));
    },
    newestWrite: async (tenant, actor) =>
      newestFromWire(await call({ method: 'GET', path: path('positions', tenant, actor) })),
  };
}

/** One signed call at a time to one process; what is not signed by the other side is no answer. */
function createCall(url: string, who: { readonly credential: Credential; readonly hop: boolean }) {
  return async (request: Request, signal: AbortSignal): Promise<unknown> => {
    const { method, path } = request;
    const body = request.body === undefined ? '' : JSON.stringify(request.body);
    const signed = signCall(who.credential, { method, path, body, hop: who.hop }, Date.now());
    const parent = traceparent();
    const { status, text, json } = await exchange(new URL(path, url), signed, {
      method,
      headers: {
        ...(body === '' ? {} : { 'content-type': 'application/json' }),
        ...(parent === null ? {} : { traceparent: parent }),
        ...request.headers,
        ...signed.headers,
      },
      redirect: 'error',
      signal,
      ...(body === '' ? {} : { body }),
    });
    if (status === 200) return json;
    const told = typeof json === 'object' && json !== null ? (json as Readonly<Record<string, unknown>>) : {};
    if (status === 409 && told['code'] === 'COMMAND_IN_FLIGHT') throw new CommandInFlight();
    if (status === 503) throw unavailable(told);
    throw new CallFailed(`${method} ${path}`, status, text);
  };
}

/** Asks one after the other until one of them takes the call; any of them forwards to the writer. Each call begins with the one that answered last. */
export function createFirstOf(commanders: readonly Commander[]): Commander {
  let turn = 0;
  async function first<T>(ask: (commander: Commander) => Promise<T>): Promise<T> {
    let last: unknown;
    for (let attempt = 0; attempt < commanders.length; attempt += 1) {
      const commander = commanders[turn % commanders.length];
      if (commander === undefined) break;
      try {
        return await ask(commander);
      } catch (error) {
        if (!mayBeTakenElsewhere(error)) throw error;
        last = error;
        turn += 1;
      }
    }
    throw new Error('no instance of command-api took the call', { cause: last });
  }
  return {
    execute: (order) => first((commander) => commander.execute(order)),
    find: (query) => first((commander) => commander.find(query)),
    readStream: (tenant, stream) => first((commander) => commander.readStream(tenant, stream)),
    newestWrite: (tenant, actor) => first((commander) => commander.newestWrite(tenant, actor)),
  };
}

const mayBeTakenElsewhere = (error: unknown): boolean =>
  error instanceof LogUnavailable || (error instanceof CallFailed && error.status >= 500);

/** One call, its whole answer read. @throws LogUnavailable when there is no answer of the other side */
async function exchange(
  url: URL,
  signed: SignedCall,
  init: RequestInit,
): Promise<{ readonly status: number; readonly text: string; readonly json: unknown }> {
  try {
    const response = await fetch(url, init);
    const { status, headers } = response;
    const text = (await readBounded(response, MAX_ANSWER_BYTES)).toString('utf8');
    if (!signed.answeredBy(headers.get(HEADERS.signature), status, text))
      throw new Error(`an answer (${status}) that is not signed with the secret of the call`);
    return { status, text, json: JSON.parse(text) as unknown };
  } catch (error) {
    // Unless nobody was there to take it, it may have been written all the same: the caller's retry finds out.
    throw new LogUnavailable(nobodyThere(error) ? 'claiming' : 'outcome_unknown', 1000, { cause: error });
  }
}

/** Looked at by shape: what `fetch` throws has the reason as its cause. */
const nobodyThere = (error: unknown): boolean =>
  (error as { readonly cause?: { readonly code?: string } } | null)?.cause?.code === 'ECONNREFUSED';

function unavailable(told: Readonly<Record<string, unknown>>): LogUnavailable {
  const reason = UNAVAILABLE_REASONS.find((each) => each === told['reason']) ?? 'claiming';
  const retryAfterMs = Number(told['retryAfterMs']);
  return new LogUnavailable(reason, retryAfterMs > 0 ? retryAfterMs : 1000);
}
