import fc from 'fast-check';
import { createStreamVersions } from './stream-versions.ts';

const uuid = fc.uuid().map((each) => each.toLowerCase());
const stream = fc.oneof(
  fc.tuple(fc.constantFrom('dataset', 'eval-suite', 'x'), uuid).map((parts) => parts.join('/')),
  // Odd ones: upper case, no UUID, no slash, nothing at all.
  fc.uuid().map((each) => `dataset/${each.toUpperCase()}`),
  fc.string(),
  fc.constantFrom('', '/', 'dataset', '__proto__'),
);
const version = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1));

describe('the versions of streams', () => {
  it('are those that were set, for any names and versions', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(stream, version), { maxLength: 200 }), (sets) => {
        const versions = createStreamVersions();
        const wanted = new Map<string, number>();
        for (const [name, each] of sets) {
          expect(versions.get(name)).toBe(wanted.get(name) ?? 0);
          versions.set(name, each);
          wanted.set(name, each);
        }
        expect(new Map(versions.entries())).toEqual(wanted);
        for (const [name, each] of wanted) expect(versions.get(name)).toBe(each);
        const again = createStreamVersions(Object.fromEntries(versions.entries()));
        expect(new Map(again.entries())).toEqual(wanted);
      }),
    );
  });

  it('do not confuse UUIDs that differ in one digit, nor aggregates', () => {
    const versions = createStreamVersions();
    const names = Array.from(
      { length: 5000 },
      (_, index) =>
        `${index % 2 === 0 ? 'dataset' : 'job'}/00000000-0000-4000-8000-${(index >> 1).toString(16).padStart(12, '0')}`,
    );
    for (const [index, name] of names.entries()) versions.set(name, index + 1);
    expect(names.map((name) => versions.get(name))).toEqual(names.map((_, index) => index + 1));
  });
});
