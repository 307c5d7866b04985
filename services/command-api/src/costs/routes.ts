import { z } from 'zod';
import { snake } from '@ftm/api/snake';
import { requireProject } from '../auth.ts';
import { defineRoute, month, projectId, READ, type Route } from '../http/route.ts';
import type { Services } from '../service.ts';
import type { CostSum } from './cost-reads.ts';

const ENTRIES = 500;

export function costRoutes(services: Services): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/costs',
      summary: 'What was spent, by project and month: estimated, actual, and PRISM’s records',
      tag: 'costs',
      roles: READ,
      query: z.strictObject({
        project_id: projectId.optional(),
        month: month.optional(),
      }),
      async handle({ principal, query }) {
        if (query.project_id !== undefined) requireProject(principal, query.project_id);
        const filter = { projectId: query.project_id, month: query.month };
        const sums = await services.costs.sums(principal, filter);
        const entries = await services.costs.entries(principal, filter, ENTRIES + 1);
        return {
          status: 200,
          body: {
            object: 'cost_report',
            total_usd_micros: sums.reduce((sum, each) => sum + each.actualUsdMicros, 0),
            data: snake(sums.map(withVariance)),
            entries: snake(entries.slice(0, ENTRIES)),
            has_more_entries: entries.length > ENTRIES,
          },
        };
      },
    }),
  ];
}

const withVariance = (sum: CostSum): CostSum & { readonly varianceUsdMicros: number | null } => ({
  ...sum,
  varianceUsdMicros: sum.estimatedUsdMicros === null ? null : sum.actualUsdMicros - sum.estimatedUsdMicros,
});
