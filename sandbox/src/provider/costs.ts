import { badRequest } from './errors.ts';
import type { Call, Reply, Route } from './http.ts';
import { queryText } from './paging.ts';
import type { JobRecord } from './state/records.ts';
import type { Store } from './state/store.ts';

const DAY_S = 86_400;
const MOST_BUCKETS = 180;

/**
 * US dollars for a million tokens of training: the simulator's own list, so that whoever compares bills with it
 * compares two calculations.
 */
const TRAINING_USD: Readonly<Record<string, number>> = {
  'gpt-4.1-nano-2025-04-14': 1.5,
  'gpt-4.1-mini-2025-04-14': 5,
  'gpt-4.1-2025-04-14': 25,
  'gpt-4o-mini-2024-07-18': 3,
};

/** What training has cost, by day. The real one wants an admin key; here any key of the organisation will do. */
export const costRoutes = (store: Store): Route[] => [
  { method: 'get', path: '/v1/organization/costs', target: 'organization.costs', handle: costs(store) },
];

const costs =
  (store: Store) =>
  ({ request, org }: Call): Reply => {
    const number = (name: string, fallback: number | undefined): number => {
      const text = queryText(request, name);
      const value = text === undefined ? fallback : Number(text);
      if (value === undefined || !Number.isInteger(value) || value < 0)
        throw badRequest(`'${name}' must be given in whole seconds or a whole number.`, name);
      return value;
    };
    const width = queryText(request, 'bucket_width') ?? '1d';
    if (width !== '1d') throw badRequest(`'bucket_width' must be 1d.`, 'bucket_width');
    const start = Math.floor(number('start_time', undefined) / DAY_S) * DAY_S;
    const limit = Math.min(number('limit', 7), MOST_BUCKETS);
    const end = number('end_time', Math.ceil(Date.now() / 1000 / DAY_S) * DAY_S);
    const days = Math.max(0, Math.ceil((end - start) / DAY_S));
    const buckets = Array.from({ length: Math.min(days, limit) }, (_, at) => start + at * DAY_S);
    const billed = store
      .all('jobs')
      .filter((job) => job.org === org.id && (job.wire.trained_tokens ?? 0) > 0);
    return {
      body: {
        object: 'page',
        data: buckets.map((day) => ({
          object: 'bucket',
          start_time: day,
          end_time: day + DAY_S,
          results: resultsOf(
            store,
            billed.filter(({ wire }) => Math.floor((wire.finished_at ?? 0) / DAY_S) * DAY_S === day),
          ),
        })),
        has_more: days > limit,
        next_page: null,
      },
    };
  };

/** By line item: one for each base model. */
function resultsOf(store: Store, jobs: readonly JobRecord[]): readonly unknown[] {
  const tokens = new Map<string, number>();
  for (const { wire } of jobs) {
    const base = store.get('models', wire.model)?.base ?? wire.model;
    tokens.set(base, (tokens.get(base) ?? 0) + (wire.trained_tokens ?? 0));
  }
  return [...tokens].map(([base, quantity]) => ({
    object: 'organization.costs.result',
    amount: { value: (quantity * (TRAINING_USD[base] ?? 0)) / 1e6, currency: 'usd' },
    line_item: `ft training, ${base}`,
    quantity,
    quantity_unit: 'tokens',
    project_id: null,
  }));
}
