import { createNonces } from './nonces.ts';

describe('numbers used once', () => {
  it('are refused the second time, for as long as they are kept', () => {
    let now = 0;
    const nonces = createNonces(100, () => now);
    expect(nonces.take('a')).toBe(true);
    expect(nonces.take('b')).toBe(true);
    for (const time of [0, 50, 99, 100]) {
      now = time;
      expect([time, nonces.take('a')]).toEqual([time, false]);
    }
  });

  it('are remembered no less when others come just before they would be forgotten', () => {
    let now = 99;
    const nonces = createNonces(100, () => now);
    nonces.take('first');
    now = 198;
    expect(nonces.take('late')).toBe(true);
    now = 297;
    expect(nonces.take('other')).toBe(true);
    expect(nonces.take('late')).toBe(false);
  });

  it('are forgotten after that', () => {
    let now = 0;
    const nonces = createNonces(100, () => now);
    nonces.take('a');
    now = 200;
    expect(nonces.take('a')).toBe(true);
    now = 1000;
    expect(nonces.take('a')).toBe(true);
  });
});
