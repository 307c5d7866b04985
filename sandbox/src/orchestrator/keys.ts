import { createHash } from 'node:crypto';
import { z } from 'zod';
import { SEED_KEYS } from './seed.ts';

export const KeyOrder = z.strictObject({
  api_key: z.string().min(8),
  subject: z.string().min(1),
  tenant_id: z.string().min(1),
  projects: z.array(z.string()).default(['*']),
  roles: z.array(z.string()).min(1),
  expires_at: z.iso.datetime().nullable().default(null),
});

interface Known {
  readonly subject: string;
  readonly tenant_id: string;
  readonly projects: readonly string[];
  readonly roles: readonly string[];
  readonly expires_at: string | null;
}

/** API keys, kept as hashes. */
export function createKeys() {
  const keys = new Map<string, Known>();
  const hash = (key: string): string => createHash('sha256').update(key).digest('hex');
  for (const { apiKey, subject, tenantId, projects, roles } of SEED_KEYS)
    keys.set(hash(apiKey), { subject, tenant_id: tenantId, projects, roles, expires_at: null });
  return {
    add({ api_key: key, ...known }: z.infer<typeof KeyOrder>): { added: true } {
      keys.set(hash(key), known);
      return { added: true };
    },
    revoke: (key: string): boolean => keys.delete(hash(key)),
    login(key: string): Record<string, unknown> {
      const known = keys.get(hash(key));
      if (known === undefined || (known.expires_at !== null && known.expires_at < new Date().toISOString()))
        return { active: false };
      return { active: true, ...known };
    },
  };
}
