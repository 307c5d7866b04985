import type { context } from '@opentelemetry/api';
import { propagation, ROOT_CONTEXT, SpanKind, trace, type Link } from '@opentelemetry/api';
import type { LogBatch, LogRecord } from '@ftm/event-log/consumer';
import { withSpan } from '@ftm/runtime/telemetry';

const MAX_LINKS = 128;

/**
 * A span for the batch, linked to the traces of its events, and for each event a span on the trace of the request that caused it: a batch belongs to many
 * traces, an event to one.
 */
export async function traceBatch(batch: LogBatch, work: () => Promise<void>): Promise<void> {
  if (batch.records.length === 0) return work();
  const startTime = Date.now();
  await withSpan(
    'project batch',
    {
      kind: 'consumer',
      parent: null,
      attributes: {
        'messaging.batch.message_count': batch.records.length,
        'messaging.destination.partition.id': String(batch.partition),
      },
    },
    async (span) => {
      const traced = batch.records.filter((record) => record.envelope?.traceparent != null);
      for (const link of linksTo(traced.slice(0, MAX_LINKS))) span.addLink(link);
      await work();
      const links = [{ context: span.spanContext() }];
      for (const record of traced) traceEvent(record, startTime, links);
    },
  );
}

function traceEvent({ envelope }: LogRecord, startTime: number, links: Link[]): void {
  if (envelope === null) return;
  trace
    .getTracer('ftm')
    .startSpan(
      `project ${envelope.type.slice(envelope.type.lastIndexOf('.') + 1)}`,
      {
        kind: SpanKind.CONSUMER,
        startTime,
        links,
        attributes: {
          'ftm.stream': envelope.stream,
          'ftm.seq': envelope.seq,
          'ftm.version': envelope.version,
        },
      },
      contextOf(envelope.traceparent),
    )
    .end();
}

function linksTo(records: readonly LogRecord[]): Link[] {
  return records.flatMap(({ envelope }) => {
    const spanContext = trace.getSpanContext(contextOf(envelope?.traceparent ?? null));
    return spanContext === undefined ? [] : [{ context: spanContext }];
  });
}

function contextOf(traceparent: string | null): ReturnType<typeof context.active> {
  return traceparent === null ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent });
}
