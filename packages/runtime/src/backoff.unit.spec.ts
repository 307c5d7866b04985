import { pause } from './backoff.ts';

const HOUR_MS = 3_600_000;

describe('a pause', () => {
  it('ends when any of the signals is aborted', async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const paused = pause(HOUR_MS, first.signal, second.signal);
    second.abort();
    await expect(paused).resolves.toBeUndefined();
  });

  it('is none when a signal is aborted already', async () => {
    await expect(pause(HOUR_MS, new AbortController().signal, AbortSignal.abort())).resolves.toBeUndefined();
  });

  it('ends by itself without one', async () => {
    await expect(pause(1, new AbortController().signal)).resolves.toBeUndefined();
  });
});
