import { derivedUuid, streamId } from '@ftm/contracts/ids';
import type { RecordedEvent } from '@ftm/contracts/envelope';
import type { ObjectRef } from '@ftm/contracts/generated/events';
import { fold } from '@ftm/domain/aggregates';
import { toPast } from '@ftm/domain/event-meta';
import { billedTokens } from '@ftm/domain/fine-tune/cost';
import type { FineTuneState } from '@ftm/domain/fine-tune/state';
import { snake } from '@ftm/api/snake';
import { viewEvent } from '@ftm/api/views/event';
import { asTenant } from '../http/as-tenant.ts';
import { eventStream, lastEventId } from '../http/event-stream.ts';
import { htmlAnswer } from '../http/html.ts';
import { pageOfAll } from '../http/page.ts';
import { Problem } from '../http/problem.ts';
import { defineRoute, READ, type Call, type Route } from '../http/route.ts';
import { openObject } from '../object-lines.ts';
import type { Services } from '../services.ts';
import { fresh } from '../states.ts';
import { jobReport } from './report.ts';
import type { CurvePoint } from './report-input.ts';

type Known = Exclude<FineTuneState, { status: 'absent' }>;
type OfOne = Call<{ readonly id: string }>;

/** What somebody asks who waits for a job. */
export function followRoutes(services: Services): Route[] {
  const history = (call: OfOne): Promise<readonly RecordedEvent[]> =>
    services.commander.readStream(asTenant(call.principal.tenantId), streamId('fine-tune', call.params.id));
  return [
    defineRoute({
      endpoint: 'GET /v1/ft-jobs/{id}/events',
      summary:
        'Everything that happened to the job, from the log; with Accept: text/event-stream also what happens until it has ended',
      tag: 'fine-tune jobs',
      roles: READ,
      alsoProduces: 'text/event-stream',
      async handle(call) {
        await fresh(services, call, 'fine-tune', call.params.id);
        if (call.request.accepts(['application/json', 'text/event-stream']) === 'text/event-stream')
          return streamed(services, call, history);
        return { status: 200, body: pageOfAll((await history(call)).map(viewEvent), call.query) };
      },
    }),
    defineRoute({
      endpoint: 'GET /v1/ft-jobs/{id}/curve',
      summary:
        'The loss curve as far as it is known; of a job that is under way, as it was when it last told of progress',
      tag: 'fine-tune jobs',
      roles: READ,
      async handle(call) {
        const state = await fresh(services, call, 'fine-tune', call.params.id);
        return {
          status: 200,
          body: {
            ...pageOfAll(snake(await curve(services, call, state)), call.query),
            status: state.status,
          },
        };
      },
    }),
    defineRoute({
      endpoint: 'GET /v1/ft-jobs/{id}/report',
      summary: 'The job as one page for people: warnings, loss curve, checkpoints, cost, gates, lineage',
      tag: 'fine-tune jobs',
      roles: READ,
      produces: 'text/html',
      async handle(call) {
        const state = await fresh(services, call, 'fine-tune', call.params.id);
        const tenant = asTenant(call.principal.tenantId);
        const modelId = derivedUuid(tenant, 'model-version', call.params.id);
        const states = async <A extends 'dataset' | 'model-version'>(aggregate: A, id: string) =>
          fold(aggregate, (await services.commander.readStream(tenant, streamId(aggregate, id))).map(toPast));
        const html = jobReport({
          id: call.params.id,
          state,
          events: await history(call),
          curve: await curve(services, call, state).catch((error: unknown) => {
            if (error instanceof Problem && error.status === 410) return [];
            throw error;
          }),
          dataset: await states('dataset', state.request.datasetId),
          model: { id: modelId, state: await states('model-version', modelId) },
        });
        return htmlAnswer(html);
      },
    }),
  ];
}

/** A client that has seen all there is and ever will be is told not to come again. */
async function streamed(
  services: Services,
  call: OfOne,
  history: (call: OfOne) => Promise<readonly RecordedEvent[]>,
) {
  const after = lastEventId(call.request.get('last-event-id'));
  const look = async (seen: number) => {
    const events = await history(call);
    return {
      events: events
        .filter(({ envelope }) => envelope.version > seen)
        .map((each) => ({
          id: each.envelope.version,
          type: each.event.type,
          data: viewEvent(each),
        })),
      ended: hasEnded(fold('fine-tune', events.map(toPast))),
    };
  };
  const first = await look(after);
  if (after > 0 && first.ended && first.events.length === 0) return { status: 204, body: undefined };
  return {
    status: 200,
    body: eventStream({ tenant: call.principal.tenantId, from: after }, look, async () =>
      fresh(services, { principal: await call.stillAllowed() }, 'fine-tune', call.params.id),
    ),
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
  };
}

/** Nothing comes any more that somebody waits for; what was billed comes right after the end. */
function hasEnded(state: FineTuneState): boolean {
  switch (state.status) {
    case 'absent':
    case 'queued':
    case 'running':
    case 'paused':
      return false;
    case 'completed':
    case 'failed':
    case 'canceled':
      return state.cost !== null || billedTokens(state) === null;
    case 'blocked':
      return true;
  }
}

function mirrorOf(state: Known): ObjectRef | null {
  const last = state.progress?.mirrorObject ?? null;
  switch (state.status) {
    case 'completed':
      return state.result.curveObject;
    case 'failed':
      return state.failure.mirrorObject ?? last;
    case 'canceled':
      return state.canceled.mirrorObject ?? last;
    case 'queued':
    case 'running':
    case 'paused':
    case 'blocked':
      return last;
  }
}

async function curve(services: Services, call: Call, state: Known): Promise<readonly CurvePoint[]> {
  const object = mirrorOf(state);
  if (object === null) return [];
  const { points } = JSON.parse((await openObject(services, call, object)).toString('utf8')) as {
    points: CurvePoint[];
  };
  return points;
}
