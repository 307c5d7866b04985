import fc from 'fast-check';
import type { Envelope } from './envelope.ts';
import { happenedBy, MOMENT, parseMoment } from './moment.ts';

const event = (time: string, partition: number, offset: bigint) => ({
  envelope: { time } as Envelope,
  position: { partition, offset },
});

describe('a moment', () => {
  it('is a time, and includes what happened at that millisecond', () => {
    const noon = parseMoment('2026-05-01T14:00:00+02:00');
    expect(noon).toEqual({ kind: 'time', time: '2026-05-01T12:00:00.000Z' });
    expect(happenedBy(noon, event('2026-05-01T12:00:00.000Z', 0, 0n), 1)).toBe(true);
    expect(happenedBy(noon, event('2026-05-01T12:00:00.001Z', 0, 0n), 1)).toBe(false);
  });
  it('is a number of events', () => {
    expect(happenedBy(parseMoment('3'), event('', 0, 0n), 3)).toBe(true);
    expect(happenedBy(parseMoment('3'), event('', 0, 0n), 4)).toBe(false);
  });
  it('is a position in one partition', () => {
    const position = parseMoment('4:17');
    expect(happenedBy(position, event('', 4, 17n), 1)).toBe(true);
    expect(happenedBy(position, event('', 4, 18n), 1)).toBe(false);
    expect(happenedBy(position, event('', 5, 1n), 1)).toBe(false);
  });
  it('is all of it when none is given', () => expect(happenedBy(undefined, event('', 0, 0n), 1)).toBe(true));
  it('is whatever looks like one', () => {
    fc.assert(fc.property(fc.stringMatching(MOMENT), (text) => void parseMoment(text)));
  });
  it.each(['', 'yesterday', '1:', '-1', '4:x', '2026-13-01', '2026-02-30', '2026-01-01T24:00', '1e3'])(
    'is not %j',
    (text) => {
      expect(MOMENT.test(text)).toBe(false);
      expect(() => parseMoment(text)).toThrow('not a time (ISO 8601)');
    },
  );
});
