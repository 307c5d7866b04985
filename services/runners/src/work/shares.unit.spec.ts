import fc from 'fast-check';
import { KINDS, type Kind } from './kinds.ts';
import { createShares, workersOf } from './shares.ts';

const look = (shares: ReturnType<typeof createShares>, worker: string): Kind[] => {
  const forbidden = shares.forbidden();
  shares.looks(worker);
  return forbidden;
};

describe('the shares of workers', () => {
  it('leave waiting work its workers, however much is due', () => {
    const shares = createShares({ due: 2, waiting: 1 });
    for (const worker of ['a', 'b']) {
      look(shares, worker);
      shares.found(worker, 'short');
    }
    expect(look(shares, 'c')).toEqual(['long', 'short']);
  });
  it('leave due work its workers, however much waits', () => {
    const shares = createShares({ due: 2, waiting: 1 });
    look(shares, 'a');
    shares.found('a', 'waiting');
    expect(look(shares, 'b')).toEqual(['waiting']);
  });
  it('leave short work a worker, however much long work is due', () => {
    const shares = createShares({ due: 2, waiting: 1 });
    look(shares, 'a');
    shares.found('a', 'long');
    expect(look(shares, 'b')).toEqual(['long']);
  });
  it('let the only worker do long work', () => {
    expect(createShares({ due: 1, waiting: 1 }).forbidden()).toEqual([]);
  });
  it('count who looks as who may find', () => {
    const shares = createShares({ due: 2, waiting: 1 });
    expect(shares.forbidden()).toEqual([]);
    expect(shares.forbidden()).toEqual(['long', 'waiting']);
    expect(shares.forbidden()).toEqual(['long', 'short', 'waiting']);
    for (const worker of ['a', 'b', 'c']) shares.looks(worker);
    for (const worker of ['a', 'b', 'c']) shares.free(worker);
    expect(shares.forbidden()).toEqual([]);
  });
  it('are never exceeded, whoever looks, finds and ends in whatever order', () => {
    const steps = fc.array(fc.tuple(fc.nat(5), fc.nat(3)), { maxLength: 80 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        steps,
        (due, waiting, each) => {
          const shares = createShares({ due, waiting });
          const may = new Map<string, readonly Kind[]>();
          const at = new Map<string, Kind>();
          for (const [who, choice] of each) {
            const worker = String(who % workersOf({ due, waiting }));
            const found = may.get(worker)?.[choice % 3];
            if (at.delete(worker)) shares.free(worker);
            else if (found !== undefined && may.delete(worker)) {
              shares.found(worker, found);
              at.set(worker, found);
            } else if (may.delete(worker)) shares.free(worker);
            else {
              const forbidden = look(shares, worker);
              may.set(
                worker,
                KINDS.filter((kind) => !forbidden.includes(kind)),
              );
            }
            const kinds = [...at.values()];
            const count = (...of: readonly Kind[]): number =>
              kinds.filter((kind) => of.includes(kind)).length;
            expect(count('waiting')).toBeLessThanOrEqual(waiting);
            expect(count('long', 'short')).toBeLessThanOrEqual(due);
            expect(count('long')).toBeLessThanOrEqual(Math.max(1, due - 1));
          }
        },
      ),
    );
  });
});
