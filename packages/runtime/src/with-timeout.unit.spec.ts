import { withTimeout } from './with-timeout.ts';

const never = () => new Promise<string>(() => undefined);
const late = (): never => {
  throw new Error('late');
};

describe('a time limit', () => {
  it('lets through what comes in time, success or failure', async () => {
    expect(await withTimeout(Promise.resolve('done'), 60_000, late)).toBe('done');
    expect(await withTimeout(async () => 'done', 60_000, late)).toBe('done');
    const failing = withTimeout(
      async () => {
        throw new Error('failed');
      },
      60_000,
      late,
    );
    await expect(failing).rejects.toThrow('failed');
  });

  it('gives something else, or an error of the caller’s choice, for what does not', async () => {
    expect(await withTimeout(never(), 1, () => 'instead')).toBe('instead');
    await expect(withTimeout(never(), 1, late)).rejects.toThrow('late');
  });

  it('tells the work that nobody waits any more, and only then', async () => {
    let signal: AbortSignal | undefined;
    await withTimeout(
      async (own) => {
        signal = own;
        return 'done';
      },
      60_000,
      late,
    );
    expect(signal?.aborted).toBe(false);
    await withTimeout(
      (own) => {
        signal = own;
        return never();
      },
      1,
      () => 'instead',
    );
    expect(signal?.aborted).toBe(true);
  });

  it('does not hear of late work that fails', async () => {
    let fail: (error: Error) => void = () => undefined;
    const work = new Promise<string>((_, reject) => {
      fail = reject;
    });
    expect(await withTimeout(work, 1, () => 'instead')).toBe('instead');
    // Unhandled, this would end the process of the tests.
    fail(new Error('too late'));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
