import { z } from 'zod';
import { effectivePrices } from '@ftm/domain/pricing/price-book';
import { PRICE_BOOK_ID } from '@ftm/domain/pricing/state';
import { snake } from '@ftm/api/snake';
import { commandRoute } from '../http/command-route.ts';
import { ofTenant } from '../http/subject.ts';
import { ADMIN, defineRoute, instant, READ, type Route } from '../http/route.ts';
import { scannedIn } from '../scans.ts';
import type { Services } from '../services.ts';
import { stateOf, versionTag } from '../states.ts';

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
    commandRoute(services, {
      method: 'put',
      path: '/v1/pricing',
      summary: 'Put these prices in the place of the tenant’s own; where there is none, the default holds',
      tag: 'pricing',
      roles: ADMIN,
      body: z.strictObject({ rows: z.array(Row).max(MAX_ROWS) }),
      needsIfMatch: true,
      status: 200,
      of: ofTenant('pricing', () => PRICE_BOOK_ID),
      texts: ({ rows }): Readonly<Record<string, string>> =>
        Object.fromEntries(
          rows.flatMap(({ source, note }) => [source, note ?? source]).map((text) => [text, text]),
        ),
      gate: { none: 'Prices are facts of the provider; what they lead to is gated where money is spent.' },
      command: ({ id, call, texts }) => ({
        type: 'RevisePriceBook',
        id,
        rows: call.body.rows.map((row) => ({
          model: row.model,
          kind: row.kind,
          usdMicrosPerMillion: row.usd_micros_per_million,
          effectiveFrom: row.effective_from,
          source: scannedIn(texts, row.source),
          note: row.note == null ? null : scannedIn(texts, row.note),
        })),
      }),
    }),
  ];
}
