import { eventually } from '@ftm/event-log/testing/environment';
import { startSpanCollector } from '@ftm/runtime/testing/span-collector';
import { startProjector } from './testing/projector-process.ts';
import { createStand, freshTenant, journalCount, writeStory, type Stand } from './testing/stand.ts';

describe('what the projector shows of itself', () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await createStand(1);
  });
  afterAll(() => stand.close());

  it('each event goes on with the trace of its request, linked to its batch', async () => {
    const collector = await startSpanCollector();
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
      collector.close();
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
