import { createHash } from 'node:crypto';
import { isServiceActor } from '@ftm/commands/callers';
import { isTenantId } from '@ftm/contracts/ids';
import type { Scope } from '@ftm/domain/aggregate';
import type { OrchestratorClient, Principal } from '@ftm/orchestrator/client';
import { Problem } from './http/problem.ts';
import type { Role } from './http/route.ts';
import { createUnknownKeys, type UnknownKeys } from './unknown-keys.ts';

export interface Authenticator {
  /**
   * @param address of who calls
   * @throws Problem 401, one and the same for a key that is missing, unknown, expired or revoked; 429 where too many
   * keys that are not known came from that address; OrchestratorUnavailable
   */
  authenticate(authorization: string | undefined, address: string): Promise<Principal>;
}

/** A revoked key works no longer than this, and a key that was none is believed to be none as long. */
const CACHE_MS = 3000;
/** A key that was good costs its address nothing for this long, whatever others guess from there. */
const GOOD_MS = 600_000;
const CACHE_MAX = 10_000;

interface Seen {
  /** Null: nobody's. */
  readonly principal: Principal | null;
  readonly at: number;
}

/** Keys are never kept, only what they hash to. Equal keys that come at once are one question to the Orchestrator. */
export function createAuthenticator(
  orchestrator: Pick<OrchestratorClient, 'login'>,
  unknown: UnknownKeys = createUnknownKeys(),
): Authenticator {
  // Apart, so that no number of keys that are none drives out one that is good.
  const good = new Map<string, Seen>();
  const bad = new Map<string, Seen>();
  const asking = new Map<string, Promise<Principal | null>>();

  async function ask(key: string, hash: string): Promise<Principal | null> {
    const said = await orchestrator.login(key);
    // Events would name a process of FTM as who asked.
    const usable = said !== null && isTenantId(said.tenantId) && !isServiceActor(said.subject);
    const principal = usable ? said : null;
    good.delete(hash);
    remember(principal === null ? bad : good, hash, { principal, at: Date.now() });
    return principal;
  }

  async function lookUp(key: string, hash: string, address: string): Promise<Principal | null> {
    const under = asking.get(hash);
    if (under !== undefined) return under;
    const wasGood = Date.now() - (good.get(hash)?.at ?? 0) < GOOD_MS;
    if (!wasGood && !unknown.take(address))
      throw new Problem('TOO_MANY_UNKNOWN_KEYS', 'too many keys that are not known came from this address', {
        retryAfterMs: 1000,
      });
    const asked = ask(key, hash).finally(() => asking.delete(hash));
    asking.set(hash, asked);
    const principal = await asked;
    if (!wasGood && principal !== null) unknown.giveBack(address);
    return principal;
  }

  return {
    async authenticate(authorization, address) {
      const key = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1];
      if (key === undefined) throw unauthenticated();
      const hash = createHash('sha256').update(key).digest('base64');
      const seen = good.get(hash) ?? bad.get(hash);
      const isFresh = seen !== undefined && Date.now() - seen.at < CACHE_MS;
      const principal = isFresh ? seen.principal : await lookUp(key, hash, address);
      if (principal === null) throw unauthenticated();
      return principal;
    },
  };
}

/** The oldest is forgotten first. */
function remember(seen: Map<string, Seen>, hash: string, what: Seen): void {
  seen.delete(hash);
  seen.set(hash, what);
  const [oldest] = seen.keys();
  if (seen.size > CACHE_MAX && oldest !== undefined) seen.delete(oldest);
}

export function authorize(principal: Principal, roles: readonly Role[]): void {
  if (!principal.roles.some((role) => (roles as readonly string[]).includes(role)))
    throw new Problem('ROLE_MISSING', `this needs one of the roles ${roles.join(', ')}`);
}

type Projects = Pick<Principal, 'projects'>;

export const coversTenant = ({ projects }: Projects): boolean => projects.includes('*');

const covers = (principal: Projects, project: string): boolean =>
  coversTenant(principal) || principal.projects.includes(project);

/**
 * Whether a key covers what is of that scope. What is of the tenant as a whole, a key of some projects does not: the tenant’s own stream tells of every
 * project. What is of nothing known, none does.
 */
export function inScope(principal: Projects, scope: Scope | null): boolean {
  switch (scope?.of) {
    case 'tenant':
      return coversTenant(principal);
    case 'project':
      return covers(principal, scope.projectId);
    default:
      return false;
  }
}

/** @throws Problem 403 */
export function requireProject(principal: Projects, project: string): void {
  if (!covers(principal, project))
    throw new Problem('PROJECT_OUT_OF_SCOPE', 'the key does not cover the project');
}

/** Who may act in some projects only does not decide for all of them. @throws Problem 403 */
export function requireWholeTenant(principal: Projects): void {
  if (!coversTenant(principal))
    throw new Problem('PROJECT_OUT_OF_SCOPE', 'the key does not cover all projects of the tenant');
}

const unauthenticated = (): Problem =>
  new Problem('UNAUTHENTICATED', 'a valid API key is needed: Authorization: Bearer <key>', {
    headers: { 'www-authenticate': 'Bearer realm="ftm"' },
  });
