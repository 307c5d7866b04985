import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { digest } from '@ftm/contracts/ids';
import { CALLERS, type Caller } from './callers.ts';
import type { Credential, Credentials } from './credentials.ts';
import { createNonces } from './nonces.ts';
import type { Order } from './order.ts';

/** The headers of a signed call; `ftm-signature` is that of an answer too. */
export const HEADERS = {
  caller: 'ftm-caller',
  /** Epoch ms. */
  time: 'ftm-time',
  nonce: 'ftm-nonce',
  signature: 'ftm-signature',
  /** `1` for what was forwarded. */
  hop: 'ftm-hop',
  claims: 'ftm-claims',
} as const;

export interface CallToSign {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string | Uint8Array;
  readonly hop: boolean;
}

/** What a caller needs to send a call, and to know the answer to it. */
export interface SignedCall {
  readonly headers: Readonly<Record<string, string>>;
  /** Is this the answer that the other side gave to this very call? */
  answeredBy(signature: string | null, status: number, body: string): boolean;
}

/** Callers whose clocks differ by more are refused; as long, no call is taken twice. */
const WINDOW_MS = 30_000;
const NONCE = /^[0-9a-f]{32}$/;

/** Signs a call. No secret leaves the process: who is called wrongly learns what is asked, and nothing to ask with. */
export function signCall(credential: Credential, call: CallToSign, nowMs: number): SignedCall {
  const signed: Signed = {
    caller: credential.caller,
    time: String(nowMs),
    nonce: randomBytes(16).toString('hex'),
    hop: call.hop,
  };
  return {
    headers: {
      [HEADERS.caller]: signed.caller,
      [HEADERS.time]: signed.time,
      [HEADERS.nonce]: signed.nonce,
      [HEADERS.signature]: callMac(credential.secret, signed, call),
      ...(call.hop ? { [HEADERS.hop]: '1' } : {}),
    },
    answeredBy: (signature, status, body) =>
      matches(signature ?? '', answerMac(credential.secret, signed.nonce, status, body)),
  };
}

/** A call that its caller has signed. */
export interface Verified {
  readonly caller: Caller;
  readonly hop: boolean;
  /** For `ftm-signature` of the answer. */
  signAnswer(status: number, body: string): string;
}

/** What the headers of a call say, as long as nothing is proved. */
export interface Signed {
  readonly caller: Caller;
  readonly time: string;
  readonly nonce: string;
  readonly hop: boolean;
}

export interface CallVerifier {
  /** @returns null when no call with such headers can be right: its body need not be read */
  read(header: (name: string) => string | undefined): Signed | null;
  /** @returns null when the call is not what this caller signed, or was taken already */
  verify(signed: Signed, call: Omit<CallToSign, 'hop'>, signature: string): Verified | null;
}

export function createCallVerifier(credentials: Credentials, now: () => number = Date.now): CallVerifier {
  // A call may come as early as it may come late.
  const nonces = createNonces(2 * WINDOW_MS, now);
  return {
    read(header) {
      const caller = CALLERS.find((each) => each === header(HEADERS.caller));
      const time = header(HEADERS.time) ?? '';
      const nonce = header(HEADERS.nonce) ?? '';
      const timely = /^\d{1,16}$/.test(time) && Math.abs(now() - Number(time)) <= WINDOW_MS;
      return caller === undefined || !timely || !NONCE.test(nonce)
        ? null
        : { caller, time, nonce, hop: header(HEADERS.hop) === '1' };
    },
    verify(signed, call, signature) {
      const secret = (credentials.get(signed.caller) ?? []).find((each) =>
        matches(signature, callMac(each, signed, call)),
      );
      // Only who has a secret fills the memory of nonces.
      if (secret === undefined || !nonces.take(signed.nonce)) return null;
      return {
        caller: signed.caller,
        hop: signed.hop,
        signAnswer: (status, body) => answerMac(secret, signed.nonce, status, body),
      };
    },
  };
}

/** Command-api's word that this person, whom it has authenticated, sends this command. */
export const signClaims = ({ secret }: Credential, order: Order): string =>
  mac(secret, 'ftm.claims', order.actor, order.tenantId, order.commandId, order.fingerprint);

export const hasClaims = (credentials: Credentials, order: Order, claims: string): boolean =>
  (credentials.get('command-api') ?? []).some((secret) =>
    matches(claims, signClaims({ caller: 'command-api', secret }, order)),
  );

function callMac(secret: string, signed: Signed, { method, path, body }: Omit<CallToSign, 'hop'>): string {
  const { caller, time, nonce, hop } = signed;
  return mac(secret, 'ftm.call', method, path, sha256(body), caller, time, nonce, hop ? 'hop' : '');
}

const answerMac = (secret: string, nonce: string, status: number, body: string): string =>
  mac(secret, 'ftm.answer', nonce, String(status), sha256(body));

/** Each purpose has a name of its own, so that what was signed for one is nothing for another. */
const mac = (secret: string, purpose: string, ...parts: readonly string[]): string =>
  createHmac('sha256', secret)
    .update(digest(purpose, ...parts))
    .digest('hex');

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** In constant time. */
function matches(given: string, expected: string): boolean {
  const [one, two] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === two.length && timingSafeEqual(one, two);
}
