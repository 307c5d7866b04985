import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProviders } from './providers.ts';
import { createFileSecrets, SecretsUnreadable } from './secret-store.ts';

const fallback = { baseUrl: 'http://default.test/v1', apiKey: 'default-key', flavour: 'openai' as const };
let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ftm-secrets-'));
  path = join(dir, 'secrets.json');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const write = (json: unknown) => writeFile(path, JSON.stringify(json), { mode: 0o600 });
const acme = {
  acme: {
    provider: { base_url: 'https://acme.test/v1', api_key: 'acme-key' },
    projects: { bank: { base_url: 'https://bank.test/openai/v1/', api_key: 'bank-key', flavour: 'azure' } },
  },
};

describe('secrets in a file', () => {
  it('are the project’s, else the tenant’s, else the default', async () => {
    await write(acme);
    const secrets = createFileSecrets(path, fallback);
    expect(await secrets.providerCredential('acme', 'bank')).toEqual({
      baseUrl: 'https://bank.test/openai/v1/',
      apiKey: 'bank-key',
      flavour: 'azure',
    });
    expect((await secrets.providerCredential('acme', 'other')).apiKey).toBe('acme-key');
    expect(await secrets.providerCredential('globex', 'bank')).toEqual(fallback);
    expect(await secrets.providerCredential('__proto__', 'constructor')).toEqual(fallback);
  });
  it('are read live: a rotated key works at once', async () => {
    await write(acme);
    const secrets = createFileSecrets(path, fallback);
    await secrets.providerCredential('acme', 'x');
    await write({ acme: { provider: { base_url: 'https://acme.test/v1', api_key: 'acme-key-rotated' } } });
    expect((await secrets.providerCredential('acme', 'x')).apiKey).toBe('acme-key-rotated');
  });
  it('are not used when others may read them, or when they are wrong; no value is told', async () => {
    await write(acme);
    const secrets = createFileSecrets(path, fallback);
    await chmod(path, 0o644);
    await expect(secrets.providerCredential('acme', 'x')).rejects.toBeInstanceOf(SecretsUnreadable);
    await chmod(path, 0o600);
    await write({ acme: { provider: { base_url: 'secret-value', api_key: 'secret-value' } } });
    const error: unknown = await secrets.providerCredential('acme', 'x').catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('acme.provider.base_url');
    expect(String(error)).not.toContain('secret-value');
    await rm(path);
    await expect(secrets.providerCredential('acme', 'x')).rejects.toBeInstanceOf(SecretsUnreadable);
  });
});

it('one client serves all who share a base URL and a key', async () => {
  await write(acme);
  const of = createProviders(createFileSecrets(path, fallback));
  expect(await of('acme', 'a')).toBe(await of('acme', 'b'));
  expect(await of('acme', 'a')).not.toBe(await of('acme', 'bank'));
  expect(await of('globex', 'a')).toBe(await of('initech', 'a'));
});
