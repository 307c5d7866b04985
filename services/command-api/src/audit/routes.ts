import { z } from 'zod';
import type { RecordedEvent } from '@ftm/contracts/envelope';
import { AGGREGATES, streamId, type Aggregate } from '@ftm/contracts/ids';
import { happenedBy, MOMENT, MOMENT_FORMS, parseMoment } from '@ftm/contracts/moment';
import { fold, projectOf } from '@ftm/domain/aggregates';
import { inScope } from '../auth.ts';
import { toPast } from '@ftm/domain/event-meta';
import { AUDIT, defineRoute, id, READ, type Route } from '../http/route.ts';
import { notFound, Problem } from '../http/problem.ts';
import { render } from '@ftm/api/views/render';
import type { Services } from '../service.ts';

const At = z.string().max(64).regex(MOMENT, MOMENT_FORMS);

const MAX_SEQ = Number.MAX_SAFE_INTEGER;
const size = z.coerce.number().int().min(1).max(MAX_SEQ);

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
      summary: 'The exact state at a time, version or position, with the events that led there',
      tag: 'audit',
      roles: READ,
      params: z.object({ aggregate: z.enum(AGGREGATES), id }),
      query: z.strictObject({ at: At.optional() }),
      async handle({ principal, params, query }) {
        const aggregate: Aggregate = params.aggregate;
        const all = await services.reads.stream(principal, streamId(aggregate, params.id));
        const moment = query.at === undefined ? undefined : parseMoment(query.at);
        const events = all.filter((each) => happenedBy(moment, each, each.envelope.version));
        const state = fold(aggregate, events.map(toPast));
        const newest = fold(aggregate, all.map(toPast));
        if (!inScope(principal, projectOf(aggregate, newest))) throw notFound();
        return {
          status: 200,
          body: {
            at: query.at ?? null,
            state: render(aggregate, principal.tenantId, params.id, state) ?? null,
            events: events.map(present),
          },
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/audit/checkpoints',
      summary: 'The signed checkpoints of the tenant’s log, newest first',
      tag: 'audit',
      roles: READ,
      query: z.strictObject({
        limit: z.coerce.number().int().min(1).max(200).default(50),
        /** Only smaller ones: to page on. */
        below_size: z.coerce.number().int().min(1).max(MAX_SEQ).optional(),
      }),
      handle: async ({ principal, query }) => ({
        status: 200,
        body: { data: await services.proofs.checkpoints(principal.tenantId, query.limit, query.below_size) },
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/v1/audit/proofs',
      summary: 'That an event is in the log (seq, size), or that one checkpoint extends another (from, to)',
      tag: 'audit',
      roles: READ,
      query: z.strictObject({
        seq: size.optional(),
        size: size.optional(),
        from: size.optional(),
        to: size.optional(),
      }),
      async handle({ principal, query: { seq, size: within, from, to } }) {
        const { proofs } = services;
        if (seq !== undefined && from === undefined && to === undefined)
          return { status: 200, body: await proofs.inclusion(principal.tenantId, seq, within) };
        if (from !== undefined && seq === undefined && within === undefined)
          return { status: 200, body: await proofs.consistency(principal.tenantId, from, to) };
        throw new Problem(
          400,
          'INVALID_REQUEST',
          'ask with seq, and size if you like, or with from, and to if you like',
        );
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/audit/keys',
      summary:
        'The public keys that checkpoints were signed with; compare them with those that you were given',
      tag: 'audit',
      roles: READ,
      handle: async ({ principal }) => ({
        status: 200,
        body: { data: await services.proofs.keys(principal.tenantId) },
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/v1/audit/events',
      summary: 'The tenant’s events in order, without a gap',
      tag: 'audit',
      roles: AUDIT,
      query: z.strictObject({
        from_seq: size.default(1),
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
