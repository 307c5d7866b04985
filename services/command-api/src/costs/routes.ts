import { decodeSumsCursor, encodeCursor, encodeSumsCursor, decodeCursor } from '@ftm/api/cursor';
import { snake } from '@ftm/api/snake';
import { requireProject } from '../auth.ts';
import { pageOf } from '../http/page.ts';
import { Problem } from '../http/problem.ts';
import { defineRoute, READ, type Call, type Route } from '../http/route.ts';
import type { Services } from '../services.ts';
import type { CostFilter, CostSum } from './cost-reads.ts';

export function costRoutes(services: Services): Route[] {
  return [
    defineRoute({
      endpoint: 'GET /v1/costs',
      summary: 'What was spent, by project and month: estimated, actual, and PRISM’s records',
      tag: 'costs',
      roles: READ,
      async handle({ principal, query }) {
        const filter = filterOf(principal, query);
        const after = query.cursor === undefined ? undefined : known(decodeSumsCursor(query.cursor));
        const sums = await services.costs.sums(principal, filter, { limit: query.limit + 1, after });
        return {
          status: 200,
          body: {
            ...pageOf(snake(sums.map(withVariance)), query.limit, ({ project_id, ...sum }) =>
              encodeSumsCursor({ ...sum, projectId: project_id }),
            ),
            total_usd_micros: await services.costs.total(principal, filter),
          },
        };
      },
    }),
    defineRoute({
      endpoint: 'GET /v1/costs/entries',
      summary: 'What each job and run has cost, the newest first',
      tag: 'costs',
      roles: READ,
      async handle({ principal, query }) {
        const after = query.cursor === undefined ? undefined : known(decodeCursor(query.cursor));
        const entries = await services.costs.entries(principal, filterOf(principal, query), {
          limit: query.limit + 1,
          after,
        });
        const page = pageOf(entries, query.limit, encodeCursor);
        return {
          status: 200,
          body: { ...page, data: page.data.map(({ micros: _, ...entry }) => snake(entry)) },
        };
      },
    }),
  ];
}

/** @throws Problem 403 */
function filterOf(
  principal: Call['principal'],
  query: { readonly project_id?: string | undefined; readonly month?: string | undefined },
): CostFilter {
  if (query.project_id !== undefined) requireProject(principal, query.project_id);
  return { projectId: query.project_id, month: query.month };
}

/** @throws Problem 400 */
function known<T>(cursor: T | undefined): T {
  if (cursor === undefined)
    throw new Problem('INVALID_CURSOR', 'the cursor is not one that was given out here');
  return cursor;
}

const withVariance = (sum: CostSum): CostSum & { readonly varianceUsdMicros: number | null } => ({
  ...sum,
  varianceUsdMicros: sum.estimatedUsdMicros === null ? null : sum.actualUsdMicros - sum.estimatedUsdMicros,
});
