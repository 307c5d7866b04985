import { timingSafeEqual } from 'node:crypto';
import { sha256Hex } from './ids.ts';

/** Who calls: each API key is an organisation of its own. */
export interface Organisation {
  readonly id: string;
  /** As it stands in the names of its models. */
  readonly slug: string;
}

/** @returns the organisation of an Authorization header, undefined for none or a wrong key */
export function organisationLookup(
  keys: readonly string[],
): (header: string | undefined) => Organisation | undefined {
  const known = keys.map((key) => {
    const hash = sha256Hex(key);
    const id = `org-${hash.slice(0, 24)}`;
    return { digest: Buffer.from(hash), org: { id, slug: slugOf(id) } };
  });
  return (header) => {
    const key = /^Bearer (.+)$/u.exec(header ?? '')?.[1];
    if (key === undefined) return undefined;
    const digest = Buffer.from(sha256Hex(key));
    return known.find((each) => timingSafeEqual(each.digest, digest))?.org;
  };
}

export const slugOf = (id: string): string => `sim-${id.slice('org-'.length, 'org-'.length + 6)}`;
