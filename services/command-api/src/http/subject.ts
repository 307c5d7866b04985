import type { Aggregate, TenantId } from '@ftm/contracts/ids';
import { projectOf, type StateOf } from '@ftm/domain/aggregates';
import { requireProject, requireWholeTenant } from '../auth.ts';
import type { Services } from '../services.ts';
import { fresh, type PresentState } from '../states.ts';
import type { CallIds } from './call-ids.ts';
import type { Call } from './route.ts';

/** What a command is about: its stream, whose it is, and whether it must be there. */
export interface Subject<C extends Call, S> {
  readonly aggregate: Aggregate;
  /** Path of the collection, of what is made. */
  readonly location: string | null;
  /** Of the stream, by the request alone: a retry is looked up on it. */
  id(call: C, ids: CallIds): string;
  /** What the request alone shows of its scope. @throws Problem 403 */
  guard(call: C): void;
  /** @throws Problem 404 for what is not there, or is of another project than the key covers */
  admit(services: Services, call: C, id: string): Promise<Admitted<S>>;
}

interface Admitted<S> {
  /** Null: of the tenant. */
  readonly projectId: string | null;
  readonly state: S;
}

type HasId = Call<{ readonly id: string }>;

type NamesProject = Call<unknown, unknown, { readonly project_id: string }>;

/** A new one, in the project that the body names. */
export const makes = (aggregate: Aggregate, location: string): Subject<NamesProject, undefined> => ({
  aggregate,
  location,
  id: (_call, { newId }) => newId,
  guard: ({ principal, body }) => requireProject(principal, body.project_id),
  admit: async (_services, { body }) => ({ projectId: body.project_id, state: undefined }),
});

/** A new one, in the project of the one that the path names. */
export const makesAnother = <A extends Aggregate>(
  aggregate: A,
  location: string,
): Subject<HasId, PresentState<A>> => ({
  ...changes(aggregate),
  location,
  id: (_call, { newId }) => newId,
});

/** The one that the path names. */
export const changes = <A extends Aggregate>(
  aggregate: A,
  location: string | null = null,
): Subject<HasId, PresentState<A>> => ({
  aggregate,
  location,
  id: ({ params }) => params.id,
  guard: () => undefined,
  async admit(services, call) {
    const state = await fresh(services, call, aggregate, call.params.id);
    const scope = projectOf(aggregate, state as unknown as StateOf<A>);
    return { projectId: scope?.of === 'project' ? scope.projectId : null, state };
  },
});

type OfProject = Call<{ readonly project_id: string }>;

/** The one that each project has, by the project in the path, whether it was written before or not. */
export const ofProject = (
  aggregate: Aggregate,
  id: (project: string) => string,
): Subject<OfProject, undefined> => ({
  aggregate,
  location: null,
  id: ({ params }) => id(params.project_id),
  guard: ({ principal, params }) => requireProject(principal, params.project_id),
  admit: async (_services, { params }) => ({ projectId: params.project_id, state: undefined }),
});

/** The one that each tenant has: only for keys of the whole tenant. */
export const ofTenant = (
  aggregate: Aggregate,
  id: (tenant: TenantId) => string,
): Subject<Call, undefined> => ({
  aggregate,
  location: null,
  id: (_call, { tenant }) => id(tenant),
  guard: ({ principal }) => requireWholeTenant(principal),
  admit: async () => ({ projectId: null, state: undefined }),
});
