import { setTimeout as delay } from 'node:timers/promises';
import { inLanes, type Lane } from './lanes.ts';

const lane = (name: string, ok = true, rest: Partial<Lane> = {}): Lane => ({
  name,
  run: async () => ({ ok, output: `said by ${name}` }),
  ...rest,
});

async function said(all: readonly Lane[], lanes: number): Promise<string[]> {
  const lines: string[] = [];
  await inLanes(all, lanes, (line) => lines.push(line.replace(/\(.* s\)/, '(s)')));
  return lines;
}

describe('checks in lanes', () => {
  it('are all run, and only what failed is heard', async () => {
    expect(await said([lane('a'), lane('b', false), lane('c')], 1)).toEqual([
      'ok   a (s)',
      'FAIL b (s)',
      'said by b',
      'ok   c (s)',
    ]);
  });

  it('are never more at a time than there are lanes', async () => {
    let now = 0;
    let most = 0;
    const run = async () => {
      most = Math.max(most, (now += 1));
      await delay(1);
      now -= 1;
      return { ok: true, output: '' };
    };
    await said(
      Array.from({ length: 7 }, (_, index) => ({ name: String(index), run })),
      2,
    );
    expect(most).toBe(2);
  });

  it('wait for the one that they build on, also when it fails', async () => {
    const slow = lane('slow', false, {
      run: async () => {
        await delay(20);
        return { ok: false, output: '' };
      },
    });
    const lines = await said([slow, lane('builds on it', true, { after: 'slow' })], 2);
    expect(lines).toEqual(['FAIL slow (s)', '', 'ok   builds on it (s)']);
  });
});
