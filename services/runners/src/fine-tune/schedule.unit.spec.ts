import { nextPollMs, notBefore } from './schedule.ts';

const bounds = { minMs: 5000, maxMs: 60_000 };
const clock = (nowS: number, random = 0.5) => ({ now: () => nowS * 1000, random: () => random });
const job = (estimatedFinish: number | null) => ({ createdAt: 1000, estimatedFinish });

describe('a job at the provider is looked at again', () => {
  it.each([
    ['soon while it is young', job(null), 1010, 5000],
    ['more seldom as it gets older', job(null), 1200, 20_000],
    ['never more seldom than the bound', job(null), 100_000, 60_000],
    ['by what is left, when the provider says', job(1500), 1200, 30_000],
    ['soon when its end is near', job(1500), 1490, 5000],
    ['soon when its end is overdue', job(1500), 1900, 5000],
  ])('%s', (_, each, nowS, ms) => {
    expect(nextPollMs(each, bounds, clock(nowS))).toBe(ms);
  });
  it('at another moment than its neighbours', () => {
    expect(nextPollMs(job(null), bounds, clock(1010, 0))).toBe(4000);
    expect(nextPollMs(job(null), bounds, clock(1010, 1))).toBe(6000);
  });
  it('never before the provider said', () => {
    for (const random of [0, 0.5, 0.999])
      expect(notBefore(7000, clock(0, random))).toBeGreaterThanOrEqual(7000);
  });
});
