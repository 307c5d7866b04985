import { toHeaders, type Envelope } from '@ftm/contracts/envelope';
import { tenantId, type StreamId } from '@ftm/contracts/ids';
import { unsoundness } from './soundness.ts';

const envelope: Envelope = {
  tenantId: tenantId('acme'),
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  type: 'ftm.dataset.DatasetErased',
  source: 'urn:ftm:command-api',
  time: '2026-01-01T00:00:00.000Z',
  stream: 'dataset/01890a5d-ac96-774b-bcce-b302099a8057',
  version: 1,
  seq: 1,
  prev: '0'.repeat(64),
  hash: '1'.repeat(64),
  command: 'c',
  fingerprint: 'f',
  actor: 'someone',
  correlation: 'r',
  causation: null,
  traceparent: null,
};
const check = (change: Partial<Envelope>): string | null => {
  const changed = { ...envelope, ...change };
  return unsoundness(changed, toHeaders(changed));
};

describe('a record that extends the chain', () => {
  it('is sound as our writers make it', () => {
    expect(check({})).toBeNull();
    expect(check({ traceparent: '00-x', causation: 'y', actor: 'runner:ft 😀' })).toBeNull();
  });

  it.each([
    [{ id: 'x' }, 'ce_id is no UUID'],
    [{ time: '' }, 'ce_time is no time in UTC'],
    [{ time: '2026-13-01T00:00:00.000Z' }, 'ce_time is no time in UTC'],
    [{ time: '2026-01-01T00:00:00+02:00' }, 'ce_time is no time in UTC'],
    [{ version: 2 ** 31 }, 'ftm_version is out of range'],
    [{ stream: 'dataset/x' as StreamId }, 'ce_subject names no UUID'],
    [{ stream: 'price-book/x' as StreamId }, 'ce_subject is no stream'],
    [{ actor: 'a\0' }, 'a header has a NUL in it'],
  ])('is not sound with %j: %s', (change, reason) => {
    expect(check(change)).toBe(reason);
  });
});
