import { commandId, derivedUuid, tenantId } from '@ftm/contracts/ids';
import { internalCredentials } from './credentials.ts';
import type { Order } from './order.ts';
import {
  createCallVerifier,
  hasClaims,
  HEADERS,
  signCall,
  signClaims,
  type CallToSign,
  type Verified,
} from './signing.ts';

const [API, RUNNERS, OLDER, STRANGER] = ['a', 'r', 'o', 's'].map((each) => each.repeat(32)) as [
  string,
  string,
  string,
  string,
];
const credentials = internalCredentials('command-api').parse(
  `command-api:${API},runners:${RUNNERS}:${OLDER}`,
);
const NOW = Date.UTC(2026, 10, 30);
const CALL: CallToSign = { method: 'POST', path: '/internal/commands?x=1', body: '{"a":1}', hop: false };
type Headers = Readonly<Record<string, string>>;

/** What the other side makes of a call. */
function verify(
  headers: Headers,
  call: Omit<CallToSign, 'hop'> = CALL,
  verifier = verifierAt(),
): Verified | null {
  const signed = verifier.read((name) => headers[name]);
  return signed === null ? null : verifier.verify(signed, call, headers[HEADERS.signature] ?? '');
}
const verifierAt = (now = NOW) => createCallVerifier(credentials, () => now);
const signed = (secret = RUNNERS, call = CALL) => signCall({ caller: 'runners', secret }, call, NOW);

describe('a signed call', () => {
  it('is who its secret says, with either secret while one is rotated, and never holds a secret', () => {
    for (const secret of [RUNNERS, OLDER]) {
      const { headers } = signed(secret);
      expect(verify(headers)).toMatchObject({ caller: 'runners', hop: false });
      expect(JSON.stringify(headers)).not.toContain(secret);
    }
    expect(verify(signed(RUNNERS, { ...CALL, hop: true }).headers)).toMatchObject({ hop: true });
  });

  it.each([
    ['the secret of nobody', signed(STRANGER).headers],
    ['the secret of another caller', signed(API).headers],
    ['another caller', { ...signed().headers, [HEADERS.caller]: 'command-api' }],
    ['a caller that is none', { ...signed().headers, [HEADERS.caller]: 'nobody' }],
    ['no caller', { ...signed().headers, [HEADERS.caller]: '' }],
    ['another time', { ...signed().headers, [HEADERS.time]: String(NOW + 1) }],
    ['no time', { ...signed().headers, [HEADERS.time]: '' }],
    ['another nonce', { ...signed().headers, [HEADERS.nonce]: '0'.repeat(32) }],
    ['a nonce that is none', { ...signed().headers, [HEADERS.nonce]: 'x' }],
    ['a hop that was not signed', { ...signed().headers, [HEADERS.hop]: '1' }],
    ['no signature', { ...signed().headers, [HEADERS.signature]: '' }],
    ['a signature of other letters', { ...signed().headers, [HEADERS.signature]: 'é'.repeat(64) }],
  ])('is refused with %s', (_, headers: Headers) => {
    expect(verify(headers)).toBeNull();
  });

  it.each([
    ['method', { ...CALL, method: 'GET' }],
    ['path', { ...CALL, path: '/internal/commands?x=2' }],
    ['body', { ...CALL, body: '{"a":2}' }],
  ])('is refused with another %s than was signed', (_, call) => {
    expect(verify(signed().headers, call)).toBeNull();
  });

  it.each([
    [-30_001, false],
    [-30_000, true],
    [30_000, true],
    [30_001, false],
  ])('that the clock of the other side is %i ms away from is taken: %s', (ms, taken) => {
    expect(verify(signed().headers, CALL, verifierAt(NOW + ms)) !== null).toBe(taken);
  });

  it('is taken once', () => {
    const verifier = verifierAt();
    const { headers } = signed();
    expect(verify(headers, CALL, verifier)).not.toBeNull();
    expect(verify(headers, CALL, verifier)).toBeNull();
    expect(verify(signed().headers, CALL, verifier)).not.toBeNull();
  });

  it('is not used up by who only knows its nonce', () => {
    const verifier = verifierAt();
    const { headers } = signed();
    expect(verify({ ...headers, [HEADERS.signature]: '0'.repeat(64) }, CALL, verifier)).toBeNull();
    expect(verify(headers, CALL, verifier)).not.toBeNull();
  });
});

describe('the answer to a call', () => {
  const call = signed();
  const answer = verify(call.headers)?.signAnswer(200, '{}') ?? '';

  it('is known by the secret of the call', () => {
    expect(call.answeredBy(answer, 200, '{}')).toBe(true);
    const older = signed(OLDER);
    expect(older.answeredBy(verify(older.headers)?.signAnswer(503, 'x') ?? '', 503, 'x')).toBe(true);
  });

  it.each([
    ['no signature', null, 200, '{}'],
    ['another status', answer, 503, '{}'],
    ['another body', answer, 200, '{"kind":"appended"}'],
    ['the signature of the call itself', call.headers[HEADERS.signature] ?? '', 200, '{}'],
  ])('is none with %s', (_, signature, status, body) => {
    expect(call.answeredBy(signature, status, body)).toBe(false);
  });

  it('is none to another call', () => {
    expect(signed().answeredBy(answer, 200, '{}')).toBe(false);
  });
});

describe('claims', () => {
  const tenant = tenantId('acme');
  const order: Order = {
    tenantId: tenant,
    commandId: commandId(tenant, 'k'),
    fingerprint: 'f',
    actor: 'user:ada',
    correlation: 'c',
    causation: null,
    now: '2026-11-30T12:00:00.000Z',
    command: { type: 'RejectPromotion', id: derivedUuid('claims'), reason: 'r' },
  };
  const claims = signClaims({ caller: 'command-api', secret: API }, order);

  it('are command-api’s word for a person and a command', () => {
    expect(hasClaims(credentials, order, claims)).toBe(true);
  });

  it.each([
    ['another person', { actor: 'user:grace' }],
    ['another tenant', { tenantId: tenantId('globex') }],
    ['another command', { commandId: commandId(tenant, 'l') }],
    ['another request', { fingerprint: 'g' }],
  ])('are none for %s', (_, other) => {
    expect(hasClaims(credentials, { ...order, ...other }, claims)).toBe(false);
  });

  it.each([
    ['runners', signClaims({ caller: 'runners', secret: RUNNERS }, order)],
    ['a stranger', signClaims({ caller: 'command-api', secret: STRANGER }, order)],
    ['nobody', ''],
  ])('are none from %s', (_, given) => {
    expect(hasClaims(credentials, order, given)).toBe(false);
  });
});
