import type { Envelope } from '@ftm/contracts/envelope';
import type { TenantId } from '@ftm/contracts/ids';
import { Tail, type TailRecord } from './tail.ts';
import { stream } from './testing/commands.ts';

const tenant = 't' as TenantId;

function record(offset: number, name: string, command: string): TailRecord {
  const envelope = { tenantId: tenant, stream: stream(name), command, version: 1 } as Envelope;
  return { envelope, offset: BigInt(offset), bytes: 10, content: { value: Buffer.alloc(0) } };
}

const offsets = (records: readonly TailRecord[]): number[] => records.map((each) => Number(each.offset));

describe('the tail', () => {
  it('finds by stream and by command, and forgets in log order', () => {
    const tail = new Tail({ maxRecords: 100, maxBytes: 1000 });
    for (const each of [record(1, 'a', 'x'), record(2, 'b', 'x'), record(5, 'a', 'y')]) tail.push(each);
    expect(offsets(tail.stream(tenant, stream('a')))).toEqual([1, 5]);
    expect(offsets(tail.command('x'))).toEqual([1, 2]);
    tail.prune(2n);
    expect(offsets(tail.stream(tenant, stream('a')))).toEqual([5]);
    expect(offsets(tail.command('x'))).toEqual([2]);
    expect([tail.size, tail.bytes]).toEqual([2, 20]);
    tail.prune(2n);
    expect(tail.size).toBe(2);
    tail.prune(100n);
    expect([tail.size, tail.bytes]).toEqual([0, 0]);
    expect(tail.stream(tenant, stream('a'))).toEqual([]);
  });

  it('gives copies that pruning does not touch', () => {
    const tail = new Tail({ maxRecords: 100, maxBytes: 1000 });
    tail.push(record(1, 'a', 'x'));
    const before = tail.stream(tenant, stream('a'));
    tail.prune(9n);
    expect(offsets(before)).toEqual([1]);
  });

  it('is full by records or by bytes, and no longer when the journal has caught up', () => {
    const byRecords = new Tail({ maxRecords: 2, maxBytes: 1000 });
    const byBytes = new Tail({ maxRecords: 100, maxBytes: 15 });
    for (const tail of [byRecords, byBytes]) {
      tail.push(record(1, 'a', 'x'));
      expect(tail.full).toBe(false);
      tail.push(record(2, 'a', 'x'));
      expect(tail.full).toBe(true);
      tail.prune(2n);
      expect(tail.full).toBe(false);
    }
  });

  it('stays right over many records', () => {
    const tail = new Tail({ maxRecords: 1e6, maxBytes: 1e9 });
    for (let offset = 0; offset < 10_000; offset += 1) {
      tail.push(record(offset, `s${offset % 7}`, `c${offset}`));
      if (offset % 50 === 0) tail.prune(BigInt(offset - 100));
    }
    expect(tail.size).toBe(10_000 - 9850);
    expect(tail.command('c9849')).toEqual([]);
    expect(offsets(tail.command('c9850'))).toEqual([9850]);
  });
});
