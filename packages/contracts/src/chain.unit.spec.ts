import fc from 'fast-check';
import { eventHash } from './chain.ts';
import type { Envelope } from './envelope.ts';

const envelope = (over: Partial<Envelope> = {}): Omit<Envelope, 'hash'> =>
  ({
    tenantId: 'acme',
    id: '0197a1b2-0000-7000-8000-000000000001',
    type: 'ftm.dataset.DatasetRequested',
    source: 'urn:ftm:command-api',
    time: '2026-11-24T12:00:00.000Z',
    stream: 'dataset/0197a1b2-0000-8000-8000-000000000002',
    version: 1,
    seq: 7,
    prev: 'ab'.repeat(32),
    command: 'c'.repeat(64),
    fingerprint: 'f'.repeat(64),
    actor: 'alice',
    correlation: 'corr',
    causation: null,
    traceparent: null,
    ...over,
  }) as Omit<Envelope, 'hash'>;

describe('the hash of an event', () => {
  test('is for ever: logs that exist were written with it', () => {
    expect(eventHash(envelope(), Buffer.from([0, 0, 0, 0, 1, 2, 3]))).toBe(
      'cd80de04489f167281fca8097f815e391b7b62920d797ce8330b23890f0d3bb4',
    );
  });

  test('changes with every field, and with every byte of the value', () => {
    const value = Buffer.from('value');
    const hashes = [
      envelope(),
      envelope({ actor: 'alicé' }),
      envelope({ causation: '' }),
      envelope({ traceparent: '' }),
      envelope({ version: 2 }),
      envelope({ seq: 8 }),
      envelope({ prev: 'ac'.repeat(32) }),
      envelope({ time: '2026-11-24T12:00:00.001Z' }),
    ].map((each) => eventHash(each, value));
    expect(new Set([...hashes, eventHash(envelope(), Buffer.from('valuf'))]).size).toBe(hashes.length + 1);
  });

  test('text cannot move from one field into the next', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (left, right) => {
        const a = eventHash(envelope({ actor: left + right, correlation: '' }), Buffer.alloc(0));
        const b = eventHash(envelope({ actor: left, correlation: right }), Buffer.alloc(0));
        expect(a).not.toBe(b);
      }),
    );
  });
});
