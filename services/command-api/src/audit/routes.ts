import { streamId, type Aggregate } from '@ftm/contracts/ids';
import { happenedBy, parseMoment } from '@ftm/contracts/moment';
import { fold, projectOf } from '@ftm/domain/aggregates';
import { inScope, requireWholeTenant } from '../auth.ts';
import { toPast } from '@ftm/domain/event-meta';
import { AUDIT, defineRoute, READ, type Route } from '../http/route.ts';
import { notFound, Problem } from '../http/problem.ts';
import { viewEvent } from '@ftm/api/views/event';
import { render } from '@ftm/api/views/render';
import { numberCursor, pageOf, pageOfAll } from '../http/page.ts';
import type { Services } from '../services.ts';

export function auditRoutes(services: Services): Route[] {
  return [
    defineRoute({
      endpoint: 'GET /v1/audit/streams/{aggregate}/{id}',
      summary: 'The exact state at a time, version or position, with the events that led there',
      tag: 'audit',
      roles: READ,
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
            object: 'stream_state' as const,
            at: query.at ?? null,
            state: render(aggregate, principal.tenantId, params.id, state) ?? null,
            events: events.map(viewEvent),
          },
        };
      },
    }),
    defineRoute({
      endpoint: 'GET /v1/audit/checkpoints',
      summary: 'The signed checkpoints of the tenant’s log, newest first',
      tag: 'audit',
      roles: READ,
      handle: async ({ principal, query }) => ({
        status: 200,
        body: pageOf(
          await services.proofs.checkpoints(
            principal.tenantId,
            query.limit + 1,
            query.cursor === undefined ? undefined : numberCursor(query.cursor),
          ),
          query.limit,
          ({ size }) => String(size),
        ),
      }),
    }),
    defineRoute({
      endpoint: 'GET /v1/audit/proofs',
      summary: 'That an event is in the log (seq, size), or that one checkpoint extends another (from, to)',
      tag: 'audit',
      roles: READ,
      async handle({ principal, query: { seq, size: within, from, to } }) {
        const { proofs } = services;
        if (seq !== undefined && from === undefined && to === undefined)
          return { status: 200, body: await proofs.inclusion(principal.tenantId, seq, within) };
        if (from !== undefined && seq === undefined && within === undefined)
          return { status: 200, body: await proofs.consistency(principal.tenantId, from, to) };
        throw new Problem(
          'INVALID_REQUEST',
          'ask with seq, and size if you like, or with from, and to if you like',
        );
      },
    }),
    defineRoute({
      endpoint: 'GET /v1/audit/keys',
      summary:
        'The public keys that checkpoints were signed with; compare them with those that you were given',
      tag: 'audit',
      roles: READ,
      handle: async ({ principal, query }) => ({
        status: 200,
        body: pageOfAll(await services.proofs.keys(principal.tenantId), query),
      }),
    }),
    defineRoute({
      endpoint: 'GET /v1/audit/events',
      summary: 'The tenant’s events in order, without a gap',
      tag: 'audit',
      roles: AUDIT,
      async handle({ principal, query }) {
        requireWholeTenant(principal);
        return {
          status: 200,
          body: pageOf(
            (
              await services.reads.tenantEvents(principal, numberCursor(query.cursor) + 1, query.limit + 1)
            ).map(viewEvent),
            query.limit,
            ({ seq }) => String(seq),
          ),
        };
      },
    }),
  ];
}
