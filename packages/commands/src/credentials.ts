import { z } from 'zod';
import { CALLERS, type Caller } from './callers.ts';

/** Secrets by caller, at most two of each. The first signs; any of them is believed. */
export type Credentials = ReadonlyMap<Caller, readonly [string, ...string[]]>;

/** Who calls, and the secret that says so. */
export interface Credential {
  readonly caller: Caller;
  readonly secret: string;
}

const SECRET = /^[A-Za-z0-9_-]{32,256}$/;
const FORM = 'each is <caller>:<secret> or <caller>:<secret>:<secret> with commas between';

/**
 * The setting `FTM_INTERNAL_CREDENTIALS` of a process: `command-api:<secret>,runners:<secret>:<older secret>`. What is wrong is said without
 * a secret.
 * @param own a process that only calls, and gets no credential but its own; command-api knows all who call it
 */
export const internalCredentials = (own: Caller) =>
  z
    .string()
    .min(1)
    .transform((text, context): Credentials => {
      const credentials = new Map<Caller, readonly [string, ...string[]]>();
      const wrong = (message: string): never => {
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      };
      for (const entry of text.split(',')) {
        const [name, first, ...more] = entry.trim().split(':');
        const caller = CALLERS.find((each) => each === name);
        if (caller === undefined) return wrong(`${FORM}; callers are ${CALLERS.join(', ')}`);
        if (credentials.has(caller)) return wrong(`${caller} stands in it twice`);
        if (first === undefined || more.length > 1 || ![first, ...more].every((each) => SECRET.test(each)))
          return wrong(`${FORM}; a secret has 32 to 256 of A-Z a-z 0-9 _ -`);
        credentials.set(caller, [first, ...more]);
      }
      const secrets = [...credentials.values()].flat();
      if (new Set(secrets).size !== secrets.length) return wrong('no two secrets may be the same');
      if (!credentials.has(own)) return wrong(`the secret of ${own} is missing`);
      if (own !== 'command-api' && credentials.size > 1)
        return wrong(`${own} needs no credential but its own, and must have no other`);
      return credentials;
    });

/** What a process signs with. @throws RangeError for a caller that has no secret there */
export function credentialOf(credentials: Credentials, caller: Caller): Credential {
  const [secret] = credentials.get(caller) ?? [];
  if (secret === undefined) throw new RangeError(`there is no secret of ${caller}`);
  return { caller, secret };
}
