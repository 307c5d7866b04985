import { createGather } from './gather.ts';

describe('look-ups that are gathered', () => {
  const asked: (readonly string[])[] = [];
  const pending: { answer: () => void; fail: () => void }[] = [];
  const look = createGather(
    (keys: readonly string[]) =>
      new Promise<ReadonlyMap<string, string>>((resolve, reject) => {
        asked.push(keys);
        pending.push({
          answer: () => resolve(new Map(keys.filter((key) => key !== 'none').map((key) => [key, `${key}!`]))),
          fail: () => reject(new Error('away')),
        });
      }),
  );
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  beforeEach(() => {
    asked.length = 0;
    pending.length = 0;
  });

  it('wait for the call that runs and go together into the next', async () => {
    const first = look('a');
    await settled();
    const others = [look('b'), look('c'), look('b'), look('none')];
    await settled();
    expect(asked).toEqual([['a']]);
    pending[0]?.answer();
    expect(await first).toBe('a!');
    await settled();
    expect(asked).toEqual([['a'], ['b', 'c', 'none']]);
    pending[1]?.answer();
    expect(await Promise.all(others)).toEqual(['b!', 'c!', 'b!', undefined]);
  });

  it('fail together, and hold up nobody after them', async () => {
    const failing = look('a');
    await settled();
    const next = look('b');
    pending[0]?.fail();
    await expect(failing).rejects.toThrow('away');
    await settled();
    pending[1]?.answer();
    expect(await next).toBe('b!');
  });
});
