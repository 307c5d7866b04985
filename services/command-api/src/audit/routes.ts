import { z } from 'zod';
import type { RecordedEvent } from '@ftm/contracts/envelope';
import { AGGREGATES, streamId, type Aggregate } from '@ftm/contracts/ids';
import { fold } from '@ftm/domain/aggregates';
import { inScope } from '../auth.ts';
import { toPast } from '../commander.ts';
import { AUDIT, defineRoute, id, READ, type Route } from '../http/route.ts';
import { notFound } from '../http/problem.ts';
import { projectOf, render } from '../render.ts';
import type { Services } from '../service.ts';

const At = z.union([z.iso.datetime({ offset: true }), z.string().regex(/^\d{1,9}$/)], {
  error: 'a time (ISO 8601) or a version (a number)',
});

/** An event with its whole envelope, so that whoever reads it can check the chain. */
function present({ envelope, event, position }: RecordedEvent): Record<string, unknown> {
  return {
    ...envelope,
    tenantId: undefined,
    partition: position.partition,
    offset: String(position.offset),
    data: event.data,
  };
}

export function auditRoutes(services: Services): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/audit/streams/{aggregate}/{id}',
      summary: 'The exact state at a time or version, with the events that led there',
      tag: 'audit',
      roles: READ,
      params: z.object({ aggregate: z.enum(AGGREGATES), id }),
      query: z.strictObject({ at: At.optional() }),
      async handle({ principal, params, query }) {
        const aggregate: Aggregate = params.aggregate;
        const { at } = query;
        const all = await services.reads.stream(principal, streamId(aggregate, params.id));
        const until = at === undefined ? Infinity : /^\d+$/.test(at) ? Number(at) : undefined;
        const time = until === undefined && at !== undefined ? new Date(at).toISOString() : '9999';
        const events = all.filter(
          ({ envelope }) => envelope.version <= (until ?? Infinity) && envelope.time <= time,
        );
        const state = fold(aggregate, events.map(toPast));
        const newest = fold(aggregate, all.map(toPast));
        if (newest.status === 'absent' || !inScope(principal, projectOf(newest))) throw notFound();
        return {
          status: 200,
          body: {
            at: at ?? null,
            state: render(aggregate, principal.tenantId, params.id, state) ?? null,
            events: events.map(present),
          },
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/audit/events',
      summary: 'The tenant’s events in order, without a gap',
      tag: 'audit',
      roles: AUDIT,
      query: z.strictObject({
        from_seq: z.coerce.number().int().min(1).default(1),
        limit: z.coerce.number().int().min(1).max(1000).default(100),
      }),
      handle: async ({ principal, query }) => ({
        status: 200,
        body: {
          data: (await services.reads.tenantEvents(principal, query.from_seq, query.limit)).map(present),
        },
      }),
    }),
  ];
}
