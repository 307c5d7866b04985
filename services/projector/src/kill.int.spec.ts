import { eventually } from '@ftm/event-log/testing/environment';
import type { AuthoredRecord } from './testing/log-author.ts';
import { startProjector, type ProjectorProcess } from './testing/projector-process.ts';
import {
  createStand,
  differences,
  foldedRows,
  freshTenant,
  journalCount,
  journalOf,
  journalRows,
  projectedRows,
  writeStory,
  type Stand,
} from './testing/stand.ts';

const PARTITIONS = 3;
const TENANTS = 6;

describe('the projector’s process', () => {
  let stand: Stand;
  const sent: AuthoredRecord[] = [];
  const running = new Set<ProjectorProcess>();

  async function start(): Promise<ProjectorProcess> {
    const projector = await startProjector({
      FTM_KAFKA_BROKERS: stand.connection.brokers.join(','),
      FTM_REGISTRY_URL: stand.registryUrl,
      FTM_EVENTS_TOPIC: stand.topic,
      FTM_DATABASE_URL: stand.database.url('ftm_projector'),
    });
    running.add(projector);
    return projector;
  }
  async function end(projector: ProjectorProcess, signal: NodeJS.Signals): Promise<void> {
    await projector.end(signal);
    running.delete(projector);
  }
  /** Sends in small pieces, all tenants in turn, so that there is always a batch under way. */
  async function feed(eventsEach: number): Promise<void> {
    const stories = await Promise.all(
      Array.from({ length: TENANTS }, () => writeStory(stand.author, freshTenant(), eventsEach)),
    );
    for (let from = 0; from < eventsEach; from += 5) {
      const piece = stories.flatMap((story) => story.slice(from, from + 5));
      await stand.author.send(piece);
      sent.push(...piece);
    }
  }
  async function expectTruth(): Promise<void> {
    await eventually(
      'the journal has all',
      async () => (await journalCount(stand.owner)) >= sent.length,
      60_000,
    );
    expect(await journalRows(stand.owner)).toEqual(journalOf(sent));
    expect(differences(await projectedRows(stand.owner), await foldedRows(stand.owner, sent))).toEqual([]);
    const odd = await stand.owner.query('select from log.parked union all select from log.void_records');
    expect(odd.rowCount).toBe(0);
  }

  beforeAll(async () => {
    stand = await createStand(PARTITIONS);
  });
  afterAll(async () => {
    for (const projector of running) await projector.end('SIGKILL');
    await stand.close();
  });

  it('killed again and again in the middle of the stream, it has projected each event once', async () => {
    let projector = await start();
    await eventually('ready', projector.ready);
    for (let kills = 0; kills < 3; kills += 1) {
      // Each life gets a feed of its own: one that started earlier may have been projected to its end before the kill.
      const before = await journalCount(stand.owner);
      const feeding = feed(130);
      await eventually('it moves', async () => (await journalCount(stand.owner)) > before, 60_000);
      await end(projector, 'SIGKILL');
      projector = await start();
      await feeding;
    }
    await expectTruth();
    await eventually('ready', projector.ready);
    await end(projector, 'SIGTERM');
    expect(projector.child.exitCode).toBe(0);
  });

  it('frozen until another has its partitions, it does no harm when it goes on', async () => {
    const first = await start();
    await eventually('ready', first.ready);
    const feeding = feed(100);
    first.child.kill('SIGSTOP');
    const second = await start();
    await feeding;
    await expectTruth();
    first.child.kill('SIGCONT');
    await feed(20);
    await expectTruth();
    await eventually('both are ready', async () => (await first.ready()) && (await second.ready()));
    await eventually('the metrics tell of it', async () => {
      const metrics = await (await fetch(`${second.url}/metrics`)).text();
      return [
        /^ftm_projected_events_total [1-9]/m,
        /^ftm_projection_batch_seconds_bucket/m,
        /^ftm_parked_records_total 0/m,
        /^ftm_void_records_total 0/m,
        /^ftm_projection_lag_offsets\{partition="\d"\} 0/m,
      ].every((each) => each.test(metrics));
    });
    await Promise.all([end(first, 'SIGTERM'), end(second, 'SIGTERM')]);
  });
});
