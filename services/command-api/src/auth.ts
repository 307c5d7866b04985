import { createHash } from 'node:crypto';
import { isServiceActor } from '@ftm/commands/callers';
import { isTenantId } from '@ftm/contracts/ids';
import type { Scope } from '@ftm/domain/aggregate';
import type { OrchestratorClient, Principal } from '@ftm/orchestrator/client';
import { Problem } from './http/problem.ts';
import type { Role } from './http/route.ts';

export interface Authenticator {
  /** @throws Problem 401, one and the same for a key that is missing, unknown, expired or revoked; OrchestratorUnavailable */
  authenticate(authorization: string | undefined): Promise<Principal>;
}

/** A revoked key works no longer than this. */
const CACHE_MS = 3000;
const CACHE_MAX = 10_000;

export function createAuthenticator(orchestrator: Pick<OrchestratorClient, 'login'>): Authenticator {
  const cache = new Map<string, { readonly principal: Principal; readonly until: number }>();
  return {
    async authenticate(authorization) {
      const key = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1];
      if (key === undefined) throw unauthenticated();
      // Keys are never kept: only what they hash to.
      const hash = createHash('sha256').update(key).digest('base64');
      const cached = cache.get(hash);
      if (cached !== undefined && cached.until > Date.now()) return cached.principal;
      cache.delete(hash);
      const principal = await orchestrator.login(key);
      if (principal === null || !isTenantId(principal.tenantId)) throw unauthenticated();
      // Events would name a process of FTM as who asked.
      if (isServiceActor(principal.subject)) throw unauthenticated();
      if (cache.size >= CACHE_MAX) cache.clear();
      cache.set(hash, { principal, until: Date.now() + CACHE_MS });
      return principal;
    },
  };
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
