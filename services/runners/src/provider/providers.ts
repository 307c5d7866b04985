import { createHash } from 'node:crypto';
import { createOpenAiProvider, type OpenAiOptions } from './openai-provider.ts';
import type { SecretStore } from './secret-store.ts';
import type { TrainingProvider } from './training-provider.ts';

/** The provider of a project, with the credential that is its own. */
export type Providers = (tenantId: string, projectId: string) => Promise<TrainingProvider>;

const MAX_CLIENTS = 200;

/** One client for each base URL and key; keys are remembered as hashes. */
export function createProviders(
  secrets: SecretStore,
  options: Pick<OpenAiOptions, 'timeoutMs' | 'uploads'> = {},
): Providers {
  const clients = new Map<string, TrainingProvider>();
  return async (tenantId, projectId) => {
    const credential = await secrets.providerCredential(tenantId, projectId);
    const name = createHash('sha256')
      .update(JSON.stringify([credential.baseUrl, credential.apiKey, credential.flavour]))
      .digest('base64');
    let client = clients.get(name);
    if (client === undefined) {
      if (clients.size >= MAX_CLIENTS) clients.clear();
      client = createOpenAiProvider({ ...options, ...credential });
      clients.set(name, client);
    }
    return client;
  };
}
