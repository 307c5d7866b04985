import { z } from 'zod';
import type { PriceRow } from '@ftm/contracts/generated/events';
import { effectivePrices } from '@ftm/domain/pricing/price-book';
import { PRICE_BOOK_ID } from '@ftm/domain/pricing/state';
import { snake } from '@ftm/api/snake';
import { ADMIN, defineRoute, instant, READ, type Route } from '../http/route.ts';
import { callIds, command, stateOf, versionTag, type Services } from '../service.ts';

const MAX_ROWS = 200;
const words = z.string().trim().min(1).max(300);

const Row = z.strictObject({
  model: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$/, 'a model, or the start of the names of some'),
  kind: z.enum(['training', 'input', 'output']),
  usd_micros_per_million: z.number().int().min(0).max(1e12),
  effective_from: z.iso.date('a day: YYYY-MM-DD'),
  source: words.describe('Where the price was read, and when.'),
  note: words.nullish(),
});

export function pricingRoutes(services: Services): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/pricing',
      summary: 'The prices that are effective, and the tenant’s own book',
      tag: 'pricing',
      roles: READ,
      query: z.strictObject({ at: instant.optional() }),
      async handle(call) {
        const book = await stateOf(services, call, 'pricing', PRICE_BOOK_ID);
        const at = new Date(call.query.at ?? Date.now()).toISOString();
        return {
          status: 200,
          body: {
            object: 'price_book',
            at,
            data: snake(effectivePrices(book, at)),
            book: book.status === 'absent' ? [] : snake(book.rows),
          },
          headers: { etag: versionTag(book) },
        };
      },
    }),
    defineRoute({
      method: 'put',
      path: '/v1/pricing',
      summary: 'Put these prices in the place of the tenant’s own; where there is none, the default holds',
      tag: 'pricing',
      roles: ADMIN,
      body: z.strictObject({ rows: z.array(Row).max(MAX_ROWS) }),
      needsIfMatch: true,
      async handle(call) {
        const ids = callIds(call, 'PUT /v1/pricing');
        const texts = new Set(call.body.rows.flatMap(({ source, note }) => [source, note ?? source]));
        // Words of a person: TRiSM reads them before the log does.
        const clean = new Map(
          await Promise.all(
            [...texts].map(async (text) => {
              const scan = await services.orchestrator.scan({ tenantId: ids.tenant, projectId: '*' }, text);
              return [text, scan.text] as const;
            }),
          ),
        );
        const rows = call.body.rows.map((row): PriceRow => ({
          model: row.model,
          kind: row.kind,
          usdMicrosPerMillion: row.usd_micros_per_million,
          effectiveFrom: row.effective_from,
          source: clean.get(row.source) ?? '',
          note: row.note == null ? null : (clean.get(row.note) ?? ''),
        }));
        return command(
          services,
          call,
          ids,
          { type: 'RevisePriceBook', id: PRICE_BOOK_ID, rows },
          { status: 200 },
        );
      },
    }),
  ];
}
