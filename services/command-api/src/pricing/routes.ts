import { effectivePrices } from '@ftm/domain/pricing/price-book';
import { PRICE_BOOK_ID } from '@ftm/domain/pricing/state';
import { snake } from '@ftm/api/snake';
import { requireWholeTenant } from '../auth.ts';
import { commandRoute } from '../http/command-route.ts';
import { ofTenant } from '../http/subject.ts';
import { ADMIN, defineRoute, READ, type Route } from '../http/route.ts';
import { scannedIn } from '../scans.ts';
import type { Services } from '../services.ts';
import { stateOf, versionTag } from '../states.ts';

export function pricingRoutes(services: Services): Route[] {
  return [
    defineRoute({
      endpoint: 'GET /v1/pricing',
      summary: 'The prices that are effective, and the tenant’s own book',
      tag: 'pricing',
      roles: READ,
      async handle(call) {
        requireWholeTenant(call.principal);
        const book = await stateOf(services, call, 'pricing', PRICE_BOOK_ID);
        const at = new Date(call.query.at ?? Date.now()).toISOString();
        return {
          status: 200,
          body: {
            object: 'price_book' as const,
            at,
            data: snake(effectivePrices(book, at)),
            book: book.status === 'absent' ? [] : snake(book.rows),
          },
          headers: { etag: versionTag(book) },
        };
      },
    }),
    commandRoute(services, {
      endpoint: 'PUT /v1/pricing',
      summary: 'Put these prices in the place of the tenant’s own; where there is none, the default holds',
      tag: 'pricing',
      roles: ADMIN,
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
