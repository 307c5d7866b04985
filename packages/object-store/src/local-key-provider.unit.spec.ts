import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalKeyProvider } from './local-key-provider.ts';

describe('a file of key-encryption keys', () => {
  const [older, newer] = [randomBytes(32), randomBytes(32)].map((key) => key.toString('base64')) as [
    string,
    string,
  ];
  const dataKey = randomBytes(32);
  let folder: string;
  const withKeys = async (...keys: string[]) => {
    const file = join(folder, 'kek');
    await writeFile(file, `${keys.join('\n')}\n`, { mode: 0o600 });
    return createLocalKeyProvider(file);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kek-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('wraps with its first key and unwraps with all of them', async () => {
    const before = await withKeys(older);
    const wrappedBefore = await before.wrap(dataKey, 'acme 1');
    const both = await withKeys(newer, older);
    expect(await both.unwrap(wrappedBefore, 'acme 1')).toEqual(dataKey);

    const wrappedAfter = await both.wrap(dataKey, 'acme 1');
    const after = await withKeys(newer);
    expect(both.keyId).toBe(after.keyId);
    expect(await after.unwrap(wrappedAfter, 'acme 1')).toEqual(dataKey);
    await expect(after.unwrap(wrappedBefore, 'acme 1')).rejects.toThrow('a key that is not in the file');
    await expect(before.unwrap(wrappedAfter, 'acme 1')).rejects.toThrow('a key that is not in the file');
  });

  test('opens nothing in another context', async () => {
    const both = await withKeys(newer, older);
    await expect(both.unwrap(await both.wrap(dataKey, 'acme 1'), 'acme 2')).rejects.toThrow(
      'another context',
    );
  });

  test('names the line of a key that is none', async () => {
    await expect(withKeys(newer, 'c2hvcnQ=')).rejects.toThrow(/line 2 of .* has 5 bytes/);
  });
});
