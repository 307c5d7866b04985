import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node';
import process from 'node:process';

export interface Telemetry {
  /** Sends what is left. */
  stop(): Promise<void>;
}

/**
 * Traces go to `OTEL_EXPORTER_OTLP_ENDPOINT` when that is set; else ids are still made and passed on, so that logs
 * and events carry them. No automatic instrumentation: the few spans that matter are made by hand.
 */
export async function startTelemetry(service: string, instance: string): Promise<Telemetry> {
  const endpoint = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(detectResources({ detectors: [envDetector] }))
      .merge(resourceFromAttributes({ 'service.name': service, 'service.instance.id': instance })),
    spanProcessors: endpoint === undefined ? [] : [await exportTo(endpoint)],
  });
  provider.register({ propagator: new W3CTraceContextPropagator() });
  return { stop: () => provider.shutdown().catch(() => undefined) };
}

/** The exporter is loaded where it is wanted only: it takes longer than all the rest. */
async function exportTo(endpoint: string): Promise<SpanProcessor> {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  return new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }), {
    scheduledDelayMillis: 500,
  });
}

const tracer = () => trace.getTracer('ftm');

export interface SpanOptions {
  readonly kind?: 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes?: Attributes;
  /** W3C traceparent of the work that this goes on with; default: the span around it. */
  readonly parent?: string | null;
}

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** Runs `work` in a span; what it throws is recorded and thrown on. */
export async function withSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = options.parent === undefined ? context.active() : remoteContext(options.parent);
  return tracer().startActiveSpan(
    name,
    {
      kind: options.kind === undefined ? SpanKind.INTERNAL : KINDS[options.kind],
      attributes: options.attributes ?? {},
    },
    parent,
    async (span) => {
      try {
        return await work(span);
      } catch (error) {
        span.recordException(error instanceof Error ? error : String(error));
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    },
  );
}

/**
 * `fetch` with a span around each call, named after who is called: the path is an attribute, the query and the bodies
 * are not kept.
 */
export function tracedFetch(peer: string): typeof globalThis.fetch {
  return (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
    const attributes = {
      'http.request.method': method,
      'server.address': url.hostname,
      'server.port': Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
      'url.path': url.pathname,
    };
    return withSpan(`${peer} ${method}`, { kind: 'client', attributes }, async (span) => {
      const response = await fetch(input, init);
      span.setAttribute('http.response.status_code', response.status);
      return response;
    });
  };
}

/** The active span as a W3C traceparent; null outside of one. */
export function traceparent(): string | null {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier['traceparent'] ?? null;
}

function remoteContext(parent: string | null): Context {
  return parent === null ? ROOT_CONTEXT : propagation.extract(ROOT_CONTEXT, { traceparent: parent });
}
