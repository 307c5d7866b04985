import { streamId, type Aggregate } from '@ftm/contracts/ids';
import { fold, projectOf, type StateOf } from '@ftm/domain/aggregates';
import { toPast } from '@ftm/domain/event-meta';
import { render, type Rendered } from '@ftm/api/views/render';
import { LogUnavailable } from '@ftm/event-log/event-log';
import { inScope } from './auth.ts';
import { asTenant } from './http/as-tenant.ts';
import { notFound } from './http/problem.ts';
import type { Call } from './http/route.ts';
import type { Services } from './services.ts';

export type PresentState<A extends Aggregate> = Exclude<StateOf<A>, { readonly status: 'absent' }>;

/** The present state of a stream as its writer knows it, also one that is not there. Whether the caller may see it is the caller's to check. */
export async function stateOf<A extends Aggregate>(
  { commander }: Pick<Services, 'commander'>,
  { principal }: Pick<Call, 'principal'>,
  aggregate: A,
  id: string,
): Promise<StateOf<A>> {
  const events = await commander.readStream(asTenant(principal.tenantId), streamId(aggregate, id));
  return fold(aggregate, events.map(toPast));
}

/** The present state of a resource as its writer knows it. @throws Problem 404, also for one of another project than the key covers */
export async function fresh<A extends Aggregate>(
  services: Pick<Services, 'commander'>,
  call: Pick<Call, 'principal'>,
  aggregate: A,
  id: string,
): Promise<PresentState<A>> {
  const state = await stateOf(services, call, aggregate, id);
  if (!inScope(call.principal, projectOf(aggregate, state))) throw notFound();
  return state as unknown as PresentState<A>;
}

/**
 * A resource as its writer knows it, so that what was acknowledged is seen at once; while no writer answers, as the projection has it.
 * @throws Problem 404
 */
export async function current<A extends Aggregate>(
  services: Pick<Services, 'commander' | 'reads'>,
  call: Pick<Call, 'principal'>,
  aggregate: A,
  id: string,
): Promise<{ readonly body: Rendered<A>; readonly etag: string }> {
  try {
    const state = await fresh(services, call, aggregate, id);
    const body = render(aggregate, call.principal.tenantId, id, state as unknown as StateOf<A>);
    if (body === undefined) throw notFound();
    return { body, etag: versionTag(state) };
  } catch (error) {
    if (!(error instanceof LogUnavailable)) throw error;
    return services.reads.one(call.principal, aggregate, id);
  }
}

/** ETag of a state; `"0"` of one that is not there. */
export const versionTag = (state: { readonly status: string; readonly version?: number }): string =>
  `"${state.version ?? 0}"`;
