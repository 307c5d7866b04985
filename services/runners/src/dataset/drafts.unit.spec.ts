import { createHash, randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { collect } from '@ftm/object-store/sealed-stream';
import { createDraft } from './drafts.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ftm-draft-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** Of an open file; the one that reads the list is closed already. */
function nameOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

describe('a draft', () => {
  it('gives back what was written, as often as it is read, and knows its hash', async () => {
    const draft = await createDraft(dir, 'a');
    const parts = [randomBytes(7), Buffer.alloc(0), randomBytes(300_000), randomBytes(1)];
    for (const part of parts) await draft.write(part);
    const whole = Buffer.concat(parts);
    expect(draft.digest()).toEqual({
      sha256: createHash('sha256').update(whole).digest(),
      bytes: whole.length,
    });
    for (let time = 0; time < 2; time += 1) expect((await collect(draft.read())).equals(whole)).toBe(true);
    await draft.close();
  });

  it('of nothing is nothing', async () => {
    const draft = await createDraft(dir, 'a');
    expect(draft.digest()).toEqual({ sha256: createHash('sha256').digest(), bytes: 0 });
    expect(await collect(draft.read())).toHaveLength(0);
    await draft.close();
  });

  it('has no name that a killed process would leave, and on the disk it is no text', async () => {
    const secret = 'Where is my card? '.repeat(5000);
    const draft = await createDraft(dir, 'a');
    await draft.write(Buffer.from(secret));
    expect(await readdir(dir)).toEqual([]);
    if (process.platform === 'linux') {
      const links = (await readdir('/proc/self/fd')).map((fd) => `/proc/self/fd/${fd}`);
      const open = links.find((link) => nameOf(link).startsWith(join(dir, 'a')));
      const stored = await readFile(open ?? 'the draft is not open');
      expect(stored).toHaveLength(secret.length);
      expect(stored.includes('card')).toBe(false);
    }
    await draft.close();
  });
});
