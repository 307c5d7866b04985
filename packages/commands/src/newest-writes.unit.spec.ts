import { tenantId } from '@ftm/contracts/ids';
import { createNewestWrites, later } from './newest-writes.ts';

const [acme, globex] = [tenantId('acme'), tenantId('globex')];
const at = (offset: bigint) => ({ partition: 3, offset });

describe('the newest write of an actor', () => {
  it('is the highest that was noted, of this tenant and this actor', () => {
    const newest = createNewestWrites();
    newest.note(acme, 'user:ada', at(7n));
    newest.note(acme, 'user:ada', at(5n));
    newest.note(acme, 'user:bob', at(9n));
    newest.note(globex, 'user:ada', at(8n));
    expect(newest.of(acme, 'user:ada')).toEqual(at(7n));
    expect(newest.of(globex, 'user:bob')).toBeNull();
  });

  it('is kept of those who wrote last', () => {
    const newest = createNewestWrites(2);
    newest.note(acme, 'one', at(1n));
    newest.note(acme, 'two', at(2n));
    newest.note(acme, 'one', at(3n));
    newest.note(acme, 'three', at(4n));
    expect(['one', 'two', 'three'].map((actor) => newest.of(acme, actor)?.offset)).toEqual([
      3n,
      undefined,
      4n,
    ]);
  });

  it('is the later of what two know', () => {
    expect(later(null, null)).toBeNull();
    expect(later(at(1n), null)).toEqual(at(1n));
    expect(later(null, at(2n))).toEqual(at(2n));
    expect(later(at(10n), at(9n))).toEqual(at(10n));
    expect(later(at(9n), at(10n))).toEqual(at(10n));
  });
});
