import fc from 'fast-check';
import { divide, splitScore, type SplitRecipe } from './split.ts';

const recipe = (by: SplitRecipe['by'], validationFraction = 0.2, seed = 1): SplitRecipe => ({
  by,
  validationFraction,
  seed,
});
const rows = Array.from({ length: 1000 }, (_, index) => ({
  content: `content ${index}`,
  group: `group ${index % 50}`,
  atMs: index * 1000,
  label: `label ${index % 7}`,
}));
const split = (by: SplitRecipe['by'], of = rows, fraction = 0.2, seed = 1) => {
  const asked = recipe(by, fraction, seed);
  return divide(
    asked,
    of.map(({ content, group, atMs, label }) => ({
      score: splitScore(asked, { content: () => content, group: () => group, atMs: () => atMs }),
      label,
    })),
    of.length,
  );
};
const shareOf = (validation: Uint8Array): number =>
  validation.reduce((sum, each) => sum + each, 0) / validation.length;

describe('a split', () => {
  it('is the same for the same seed, and another for another', () => {
    for (const by of ['random', 'grouped', 'stratified'] as const) {
      expect(split(by)).toEqual(split(by));
      expect(split(by, rows, 0.2, 2)).not.toEqual(split(by));
    }
  });

  it('holds about the share back by chance, exactly the share in strata and by time', () => {
    expect(shareOf(split('random'))).toBeGreaterThan(0.15);
    expect(shareOf(split('random'))).toBeLessThan(0.25);
    const stratified = split('stratified');
    for (let label = 0; label < 7; label += 1) {
      const members = rows.flatMap((row, index) => (row.label === `label ${label}` ? [index] : []));
      const held = members.filter((index) => stratified[index] === 1).length;
      expect(held).toBe(Math.round(members.length * 0.2));
    }
  });

  it('never parts a group', () => {
    const grouped = split('grouped');
    const sides = new Map<string, number>();
    rows.forEach((row, index) => {
      const side = grouped[index] ?? 0;
      expect(sides.get(row.group) ?? side).toBe(side);
      sides.set(row.group, side);
    });
    expect(new Set(sides.values()).size).toBe(2);
  });

  it('by time takes the newest, and rows without a time last', () => {
    const some = [{ ...rows[0], atMs: null }, ...rows.slice(1)] as typeof rows;
    const byTime = split('time', some);
    expect(byTime.subarray(800).every((each) => each === 1)).toBe(true);
    expect(byTime.subarray(0, 800).every((each) => each === 0)).toBe(true);
    const undated = rows.slice(0, 10).map((row) => ({ ...row, atMs: null })) as unknown as typeof rows;
    expect(shareOf(split('time', undated))).toBe(0.2);
  });

  it('does not depend on what other rows there are, by chance', () => {
    fc.assert(
      fc.property(fc.subarray(rows), (some) => {
        const whole = split('random');
        expect([...split('random', some)]).toEqual(some.map((row) => whole[rows.indexOf(row)]));
      }),
      { numRuns: 30 },
    );
  });

  it('of nothing is nothing, and of a share of zero holds nothing back', () => {
    expect(split('time', []).length).toBe(0);
    for (const by of ['random', 'grouped', 'stratified', 'time'] as const)
      expect(shareOf(split(by, rows, 0))).toBe(0);
  });
});
