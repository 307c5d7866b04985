import { tenantId } from '@ftm/contracts/ids';
import { createReadWaits } from './read-waits.ts';

/** A projection that has come as far as it is told to. */
function projection(newest: { readonly partition: number; readonly offset: bigint } | null) {
  let next = 0n;
  let looks = 0;
  const waits = createReadWaits({ newestWrite: async () => newest }, async () => {
    looks += 1;
    return next;
  });
  return {
    waits,
    looks: () => looks,
    comeTo: (offset: bigint) => {
      next = offset;
    },
  };
}
const ADA = { tenantId: tenantId('acme'), subject: 'user:ada' };
const settled = (promise: Promise<void>): Promise<'yes' | 'not yet'> =>
  Promise.race([
    promise.then(() => 'yes' as const),
    new Promise<'not yet'>((resolve) => setTimeout(() => resolve('not yet'), 50)),
  ]);

describe('a read of a projection', () => {
  it('waits for the caller’s own newest write', async () => {
    const { waits, comeTo } = projection({ partition: 3, offset: 7n });
    const waiting = waits.waitForOwn(ADA);
    expect(await settled(waiting)).toBe('not yet');
    comeTo(7n);
    expect(await settled(waiting)).toBe('not yet');
    comeTo(8n);
    await waiting;
  });

  it('of somebody who wrote nothing waits for nothing', async () => {
    const { waits, looks } = projection(null);
    await waits.waitForOwn(ADA);
    expect(looks()).toBe(0);
  });

  it('does not look again for what it has seen', async () => {
    const { waits, looks, comeTo } = projection({ partition: 3, offset: 7n });
    comeTo(8n);
    await waits.waitForOwn(ADA);
    await waits.waitForOwn(ADA);
    expect(looks()).toBe(1);
  });

  it('is one look however many wait', async () => {
    const { waits, looks, comeTo } = projection({ partition: 3, offset: 7n });
    comeTo(8n);
    await Promise.all(Array.from({ length: 50 }, () => waits.waitForOwn(ADA)));
    expect(looks()).toBe(1);
  });

  it('is stale rather than away when the projection is long behind; one that names a position is refused', async () => {
    const { waits } = projection({ partition: 3, offset: 7n });
    await waits.waitForOwn(ADA);
    await expect(waits.waitFor({ partition: 3, offset: 7n })).rejects.toMatchObject({
      status: 503,
      code: 'READS_BEHIND',
    });
  });

  it('of a position that was seen before a restore looks again', async () => {
    const { waits, comeTo } = projection(null);
    comeTo(8n);
    await waits.waitFor({ partition: 3, offset: 7n });
    comeTo(2n);
    await expect(waits.waitFor({ partition: 3, offset: 7n })).rejects.toMatchObject({ code: 'READS_BEHIND' });
  });
});
