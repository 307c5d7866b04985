import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { FLAVOURS } from './openai-provider.ts';

/** How to reach a provider, and as whom. Never logged, never on the log of events. */
export interface ProviderCredential {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly flavour: keyof typeof FLAVOURS;
}

export interface SecretStore {
  /** The project's credential, else the tenant's, else the default. @throws SecretsUnreadable */
  providerCredential(tenantId: string, projectId: string): Promise<ProviderCredential>;
}

export class SecretsUnreadable extends Error {
  constructor(path: string, why: string) {
    super(`the secrets in ${path} cannot be used: ${why}`);
    this.name = 'SecretsUnreadable';
  }
}

const Credential = z.strictObject({
  base_url: z.url(),
  api_key: z.string().min(1),
  flavour: z.enum(Object.keys(FLAVOURS) as [keyof typeof FLAVOURS]).default('openai'),
});
/** `{"<tenant>": {"provider": {base_url, api_key, flavour?}, "projects": {"<project>": {…}}}}` */
const Secrets = z.record(
  z.string(),
  z.strictObject({
    provider: Credential.optional(),
    projects: z.record(z.string(), Credential).default({}),
  }),
);
type Secrets = z.infer<typeof Secrets>;

/** One credential for everybody: the environment's. */
export const createFixedSecrets = (credential: ProviderCredential): SecretStore => ({
  providerCredential: async () => credential,
});

/**
 * Secrets in a JSON file that only its owner may read. It is looked at for every use, so a rotated key works at once; a file that cannot be used stops the work that
 * needs it: nobody's job is sent with somebody else's key.
 */
export function createFileSecrets(path: string, fallback: ProviderCredential): SecretStore {
  let known: { readonly stamp: string; readonly secrets: Secrets } | undefined;
  const read = async (): Promise<Secrets> => {
    const file = await stat(path).catch(() => {
      throw new SecretsUnreadable(path, 'the file is not there');
    });
    if ((file.mode & 0o077) !== 0)
      throw new SecretsUnreadable(path, 'others than its owner may read it (chmod 600)');
    const stamp = `${file.ino}:${file.mtimeMs}:${file.size}`;
    if (known?.stamp !== stamp) known = { stamp, secrets: parse(path, await readFile(path, 'utf8')) };
    return known.secrets;
  };
  return {
    async providerCredential(tenantId, projectId) {
      const secrets = await read();
      const own = Object.hasOwn(secrets, tenantId) ? secrets[tenantId] : undefined;
      const project =
        own !== undefined && Object.hasOwn(own.projects, projectId) ? own.projects[projectId] : undefined;
      const found = project ?? own?.provider;
      return found === undefined
        ? fallback
        : { baseUrl: found.base_url, apiKey: found.api_key, flavour: found.flavour };
    },
  };
}

/** Errors name fields, never values. */
function parse(path: string, text: string): Secrets {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new SecretsUnreadable(path, 'it is not JSON');
  }
  const result = Secrets.safeParse(json);
  if (result.success) return result.data;
  throw new SecretsUnreadable(
    path,
    result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).join('; '),
  );
}
