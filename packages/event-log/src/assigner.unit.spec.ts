import fc from 'fast-check';
import { assign, type Candidate } from './assigner.ts';

const member = (memberId: string, owned: Record<number, number> = {}): Candidate => ({
  memberId,
  address: `http://${memberId}`,
  owned: Object.fromEntries(Object.entries(owned).map(([partition, claim]) => [partition, String(claim)])),
});

/** The members as they would join next time, having claimed what they were given. */
const next = (assignment: ReadonlyMap<string, readonly number[]>, claim: number): Candidate[] =>
  [...assignment].map(([memberId, mine]) =>
    member(memberId, Object.fromEntries(mine.map((each) => [each, claim]))),
  );

describe('the assigner', () => {
  it('gives everything to the only member', () => {
    expect([...assign([member('a')], 3)]).toEqual([['a', [0, 1, 2]]]);
  });

  it('moves nothing when nothing changes', () => {
    const first = assign([member('a'), member('b'), member('c')], 12);
    expect(assign(next(first, 1).reverse(), 12)).toEqual(first);
  });

  it('takes from each what a newcomer needs, and no more', () => {
    const before = assign([member('a'), member('b')], 12);
    const after = assign([...next(before, 1), member('c')], 12);
    for (const old of ['a', 'b'])
      expect(before.get(old)).toEqual(expect.arrayContaining([...(after.get(old) ?? [])]));
    expect([...after.values()].map((each) => each.length)).toEqual([4, 4, 4]);
  });

  it('believes the newer claim when two say they own a partition', () => {
    const zombie = member('a', { 0: 10, 1: 11 });
    const owner = member('b', { 0: 50, 1: 51 });
    const fresh = assign([zombie, owner, member('c', { 2: 7, 3: 8 })], 6);
    expect(fresh.get('b')).toEqual([0, 1]);
    expect(fresh.get('c')).toEqual([2, 3]);
    expect(fresh.get('a')).toEqual([4, 5]);
  });

  it('is complete, balanced and sticky whatever the members say', () => {
    const claims = fc.dictionary(fc.integer({ min: 0, max: 15 }).map(String), fc.nat().map(String));
    fc.assert(
      fc.property(
        fc.array(claims, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 12 }),
        (owned, partitions) => {
          const members = owned.map((each, index) => ({ ...member(`m${index}`), owned: each }));
          const result = assign(members, partitions);
          const all = [...result.values()].flat().sort((a, b) => a - b);
          expect(all).toEqual(Array.from({ length: partitions }, (_, index) => index));
          const sizes = [...result.values()].map((each) => each.length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
          expect(assign(next(result, 9), partitions)).toEqual(result);
        },
      ),
    );
  });
});
