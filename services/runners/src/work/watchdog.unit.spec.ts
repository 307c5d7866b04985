import { createJudge, type Sight, type WatchLimits } from './watchdog.ts';

const LIMITS: WatchLimits = { stalledAfter: 3, replacedAfter: 6, lostForEach: 10, idleForMs: 300_000 };
const FINE: Sight = { at: 0, wanted: 4, working: 4, free: 4, taken: 7, lostInARow: 0, due: 0 };

/** The verdicts of sights that are two seconds apart. */
function verdicts(...sights: readonly Partial<Sight>[]): string[] {
  const judge = createJudge(LIMITS);
  return sights.map((sight, at) => judge({ ...FINE, at: at * 2000, ...sight }).kind);
}
const times = (count: number, sight: Partial<Sight>): Partial<Sight>[] =>
  Array.from({ length: count }, () => sight);

describe('workers', () => {
  it('that have nothing to do are fine', () => {
    expect(verdicts({}, {})).toEqual(['fine', 'fine']);
  });
  it('that let due work lie are not ready, and then replaced', () => {
    expect(verdicts({}, ...times(7, { due: 2 }))).toEqual([
      'fine',
      'fine',
      'fine',
      'unready',
      'unready',
      'unready',
      'replace',
      'unready',
    ]);
  });
  it('that take of what is due are fine, however much is due', () => {
    expect(verdicts(...Array.from({ length: 20 }, (_, taken) => ({ due: 500, taken })))).toEqual(
      times(20, {}).map(() => 'fine'),
    );
  });
  it('that are all busy are fine, however much is due', () => {
    expect(verdicts(...times(20, { due: 500, free: 0 }))).toEqual(times(20, {}).map(() => 'fine'));
  });
  it('of whom nobody works are not ready, and replaced when the database answers all the same', () => {
    expect(verdicts(...times(6, { working: 0, free: 0 }))).toEqual([
      'unready',
      'unready',
      'unready',
      'unready',
      'unready',
      'replace',
    ]);
  });
  it('are not replaced while the database is away: others could do no more', () => {
    expect(verdicts(...times(50, { working: 0, free: 0, due: null }))).toEqual(
      times(50, {}).map(() => 'unready'),
    );
  });
});

describe('the process ends', () => {
  it('when nobody has worked for the limit, whatever the reason', () => {
    const judge = createJudge(LIMITS);
    expect(judge(FINE).kind).toBe('fine');
    expect(judge({ ...FINE, at: 299_999, working: 0, free: 0, due: null }).kind).toBe('unready');
    expect(judge({ ...FINE, at: 300_000, working: 0, free: 0, due: null })).toEqual({
      kind: 'give_up',
      reason: 'no worker has done anything for 300 s',
    });
  });
  it('not when somebody has worked meanwhile', () => {
    const judge = createJudge(LIMITS);
    for (const at of [0, 200_000, 400_000]) expect(judge({ ...FINE, at }).kind).toBe('fine');
  });
  it('when one worker dies after the other and none ends a job', () => {
    expect(verdicts({ lostInARow: 39 }, { lostInARow: 40 })).toEqual(['fine', 'give_up']);
  });
});
