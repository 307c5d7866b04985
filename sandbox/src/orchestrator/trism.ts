import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { detect } from '@ftm/pii/detect';
import { createPseudonymiser } from '@ftm/pii/pseudonyms';
import { ALL_TYPES, STRUCTURED, type PiiType } from '@ftm/pii/types';

/** Of the rules and the profiles together: another version may answer otherwise. */
export const TRISM_POLICY = 'trism-2026-12.1';

/** The gravest of a document's types decides on it. Its texts are redacted whatever becomes of it. */
type Action = 'redact' | 'drop' | 'block';
const GRAVITY: readonly Action[] = ['redact', 'drop', 'block'];

/**
 * What each profile looks for and what becomes of a document in which it is. None only reports: raw personal data
 * never comes back.
 */
export const PROFILES: Readonly<Record<string, Readonly<Partial<Record<PiiType, Action>>>>> = {
  default: { ...allOf([...STRUCTURED, 'PERSON'], 'redact'), INJECTION: 'drop' },
  strict: {
    ...allOf(ALL_TYPES, 'redact'),
    SECRET: 'block',
    URL_CREDENTIALS: 'block',
    INJECTION: 'drop',
  },
};

/** By profile, what is looked for. */
const TYPES: Readonly<Record<string, readonly PiiType[]>> = Object.fromEntries(
  Object.entries(PROFILES).map(([name, actions]) => [name, Object.keys(actions) as PiiType[]]),
);

const ABUSE = /\b(?:idiot|moron|shut up|stupid (?:bot|machine))\b/i;

export interface Sanitised {
  readonly action: 'pass' | Action;
  readonly texts: readonly string[];
  readonly findings: readonly { readonly type: string; readonly count: number }[];
}

/**
 * TRiSM's work. Tenants' keys are derived from one that stays in the data folder: `seed` decides it when it is made,
 * otherwise chance.
 */
export function createTrism(dataDir: string, seed: string | undefined) {
  const master = readMasterKey(dataDir, seed);
  const pseudonymisers = new Map<string, ReturnType<typeof createPseudonymiser>>();
  const pseudonymiserOf = (tenantId: string): ReturnType<typeof createPseudonymiser> => {
    let made = pseudonymisers.get(tenantId);
    if (made === undefined) {
      made = createPseudonymiser(createHmac('sha256', master).update(`tenant ${tenantId}`).digest());
      pseudonymisers.set(tenantId, made);
    }
    return made;
  };

  return {
    /** The same request is the same scan. */
    scanId: (request: unknown): string =>
      createHmac('sha256', master)
        .update(JSON.stringify([TRISM_POLICY, request]))
        .digest('hex')
        .slice(0, 32),

    sanitise(tenantId: string, profile: string, texts: readonly string[]): Sanitised {
      const actions = PROFILES[profile];
      if (actions === undefined) throw new RangeError(`there is no profile ${profile}`);
      const { texts: clean, counts } = pseudonymiserOf(tenantId)(texts, TYPES[profile] ?? []);
      const gravest = Math.max(
        -1,
        ...[...counts.keys()].map((type) => GRAVITY.indexOf(actions[type] ?? 'redact')),
      );
      const action = GRAVITY[gravest] ?? 'pass';
      return {
        action,
        texts: clean,
        findings: [...counts].map(([type, count]) => ({ type, count })),
      };
    },

    /** What a person wrote: all that is found is replaced, orders to a model included. */
    scan(tenantId: string, text: string): Omit<Sanitised, 'action' | 'texts'> & { text: string } {
      const types = [...STRUCTURED, 'PERSON', 'INJECTION'] as const;
      const { texts, counts } = pseudonymiserOf(tenantId)([text], types);
      return { text: texts[0] ?? '', findings: [...counts].map(([type, count]) => ({ type, count })) };
    },
  };
}

/** How much an output should worry its reader, 0..1, and why. */
export function riskOf(output: string): { readonly risk: number; readonly flags: readonly string[] } {
  const flags: string[] = [];
  if (output.trim() === '') flags.push('empty');
  if (detect(output).length > 0) flags.push('personal_data');
  if (detect(output, ['INJECTION']).length > 0) flags.push('injection');
  if (ABUSE.test(output)) flags.push('abuse');
  const weight: Record<string, number> = { empty: 0.2, personal_data: 0.8, injection: 0.7, abuse: 0.5 };
  return {
    risk: Math.min(
      1,
      flags.reduce((sum, flag) => sum + (weight[flag] ?? 0), 0),
    ),
    flags,
  };
}

function allOf(types: readonly PiiType[], action: Action): Partial<Record<PiiType, Action>> {
  return Object.fromEntries(types.map((type) => [type, action]));
}

function readMasterKey(dataDir: string, seed: string | undefined): Buffer {
  const file = join(dataDir, 'trism.key');
  try {
    return readFileSync(file);
  } catch {
    const key = seed === undefined ? randomBytes(32) : createHmac('sha256', 'trism').update(seed).digest();
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, key, { mode: 0o600 });
    return key;
  }
}
