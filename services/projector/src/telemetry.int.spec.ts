import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@ftm/event-log/testing/environment';
import { startProjector } from './testing/projector-process.ts';
import { createStand, freshTenant, journalCount, writeStory, type Stand } from './testing/stand.ts';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}

/** As much of an OTLP collector as takes spans. */
async function startCollector(): Promise<{ url: string; spans: Span[]; server: Server }> {
  const spans: Span[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
        resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
      };
      for (const resource of body.resourceSpans)
        for (const scope of resource.scopeSpans) spans.push(...scope.spans);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, server };
}

describe('what the projector shows of itself', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await createStand(1);
  });
  afterAll(() => stand.close());

  it('each event goes on with the trace of its request, linked to its batch', async () => {
    const collector = await startCollector();
    const projector = await startProjector({
      FTM_KAFKA_BROKERS: stand.connection.brokers.join(','),
      FTM_REGISTRY_URL: stand.registryUrl,
      FTM_EVENTS_TOPIC: stand.topic,
      FTM_DATABASE_URL: stand.database.url('ftm_projector'),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    try {
      await eventually('ready', projector.ready);
      const story = await writeStory(stand.author, freshTenant(), 3);
      await stand.author.send(story);
      await eventually('projected', async () => (await journalCount(stand.owner)) === story.length);
      await eventually('the spans came', () => collector.spans.length > story.length);
      const batches = collector.spans.filter((each) => each.name === 'project batch');
      for (const { envelope, event } of story) {
        const [, traceId, spanId] = envelope.traceparent?.split('-') ?? [];
        const span = collector.spans.find(
          (each) => each.name === `project ${event.type}` && each.traceId === traceId,
        );
        expect(span?.parentSpanId).toBe(spanId);
        const batch = batches.find((each) => each.spanId === span?.links?.[0]?.spanId);
        expect(batch?.links).toContainEqual(expect.objectContaining({ traceId, spanId }));
      }
    } finally {
      await projector.end('SIGTERM');
      collector.server.closeAllConnections();
      collector.server.close();
    }
  });

  it('is not ready while the database is away, and ready again by itself', async () => {
    const name = new URL(stand.database.ownerUrl).pathname.slice(1);
    const projector = await startProjector({
      FTM_KAFKA_BROKERS: stand.connection.brokers.join(','),
      FTM_REGISTRY_URL: stand.registryUrl,
      FTM_EVENTS_TOPIC: stand.topic,
      FTM_DATABASE_URL: stand.database.url('ftm_projector'),
    });
    try {
      await eventually('ready', projector.ready);
      await stand.admin(`alter database ${name} allow_connections false`);
      await stand.admin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
      const answer = await fetch(`${projector.url}/readyz`);
      expect(answer.status).toBe(503);
      expect(((await answer.json()) as { checks: Record<string, string> }).checks['postgres']).not.toBe('ok');
      expect((await fetch(`${projector.url}/healthz`)).status).toBe(200);
      await stand.admin(`alter database ${name} allow_connections true`);
      await eventually('ready again', projector.ready);
      expect(projector.child.exitCode).toBeNull();
    } finally {
      await stand.admin(`alter database ${name} allow_connections true`);
      await projector.end('SIGTERM');
    }
  });
});
