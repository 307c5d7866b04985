import type { RecordedEvent } from '@ftm/contracts/envelope';
import { tenantId } from '@ftm/contracts/ids';
import type { Outcome } from './commander.ts';
import {
  eventsFromWire,
  eventToWire,
  foundFromWire,
  newestFromWire,
  outcomeFromWire,
  outcomeToWire,
  positionToWire,
} from './wire.ts';

/** Past what a number holds exactly. */
const POSITION = { partition: 11, offset: 9_007_199_254_740_993n };
const RECORDED: RecordedEvent = {
  envelope: {
    tenantId: tenantId('acme'),
    id: 'e',
    type: 'ftm.dataset.DatasetErased',
    source: 's',
    time: '2026-11-30T12:00:00.000Z',
    stream: 'dataset/d',
    version: 1,
    seq: 1,
    prev: '',
    hash: 'h',
    command: 'c',
    fingerprint: 'f',
    actor: 'user:ada',
    correlation: 'c',
    causation: null,
    traceparent: null,
  },
  event: { type: 'DatasetErased', data: { reason: 'r', dataKeyId: 'k', uploadDataKeyId: null } },
  position: POSITION,
};
const OUTCOMES: readonly Outcome[] = [
  { kind: 'appended', replayed: true, events: [RECORDED], history: [RECORDED], position: POSITION },
  { kind: 'appended', replayed: false, events: [], history: [], position: null },
  { kind: 'rejected', rejection: { code: 'FOUR_EYES', message: 'no' }, replayed: false },
  {
    kind: 'rejected',
    rejection: { code: 'FOUR_EYES', message: 'no', reasons: [{ code: 'W', message: 'w' }] },
    replayed: true,
  },
  { kind: 'fingerprint_mismatch' },
  { kind: 'version_conflict', actual: 7 },
];
const overTheWire = (json: unknown): unknown => JSON.parse(JSON.stringify(json)) as unknown;

describe('what comes over the wire', () => {
  it.each(OUTCOMES.map((outcome) => ({ kind: outcome.kind, outcome })))(
    'is the outcome that was sent: $kind',
    ({ outcome }) => {
      const sent = overTheWire(outcomeToWire(outcome));
      expect(outcomeFromWire(sent)).toEqual(outcome);
      expect(foundFromWire({ outcome: sent })).toEqual(outcome);
    },
  );

  it('is the events and the position that were sent', () => {
    expect(eventsFromWire(overTheWire({ events: [eventToWire(RECORDED)] }))).toEqual([RECORDED]);
    expect(newestFromWire(overTheWire({ position: positionToWire(POSITION) }))).toEqual(POSITION);
    expect(newestFromWire({ position: null })).toBeNull();
    expect(foundFromWire({ outcome: null })).toBeNull();
  });

  it.each([
    {},
    null,
    { kind: 'hello' },
    { kind: 'appended' },
    { kind: 'rejected', rejection: 'no' },
    { kind: 'version_conflict', actual: -1 },
    { kind: 'appended', replayed: false, events: [{}], history: [], position: null },
    { kind: 'appended', replayed: false, events: [], history: [], position: { partition: 0, offset: 1 } },
    { kind: 'appended', replayed: false, events: [], history: [], position: { partition: 0, offset: 'x' } },
  ])('is no outcome: %j', (json) => {
    expect(() => outcomeFromWire(json)).toThrow();
  });
});
