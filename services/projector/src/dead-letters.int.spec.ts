import { randomUUID } from 'node:crypto';
import { streamId } from '@ftm/contracts/ids';
import { eventually } from '@ftm/event-log/testing/environment';
import { runCli } from '@ftm/cli/testing/run-cli';
import { newest } from '@ftm/contracts/codec';
import { deadLetterRoutes } from '@ftm/projection/dead-letter-routes';
import { serveOperator, type Closable } from '@ftm/runtime/health';
import { createLogger } from '@ftm/runtime/logger';
import { createPool, type Pool } from '@ftm/postgres/pool';
import { createDeadLetters, type DeadLetters } from '@ftm/projection/dead-letters';
import { PoisonEvent, runProjection, type ProjectionOptions } from '@ftm/projection/projection';
import { keepInJournal } from './journal.ts';
import { applyToReadModels } from './read-models.ts';
import { gateAnswered, suiteCreated, type AuthoredRecord } from './testing/log-author.ts';
import {
  createStand,
  differences,
  foldedRows,
  freshTenant,
  projectedRows,
  type Stand,
} from './testing/stand.ts';

const TOKEN = 'dead-letters-test-token';

describe('dead letters', () => {
  let stand: Stand;
  let pool: Pool;
  let letters: DeadLetters;
  let stop: () => Promise<void>;
  let operator: Closable;
  /** What the program of the day has a bug with. */
  let broken: (decisionId: string) => boolean;

  const apply: ProjectionOptions['apply'] = async (client, events) => {
    const poison = events.filter(
      ({ event }) => event.type === 'GateAnswered' && broken(event.data.decisionId),
    );
    if (poison.length > 0)
      throw new PoisonEvent(new Map(poison.map(({ record }) => [record.offset, 'a bug'])));
    await applyToReadModels(client, 'rm_v1', events);
  };

  beforeAll(async () => {
    stand = await createStand(1);
    pool = createPool({ url: stand.database.url('ftm_projector'), applicationName: 'dead-letters-test' });
    const { connection, topic, registry } = stand;
    const logger = createLogger({ service: 'dead-letters-test', level: 'error' });
    const common = { consumer: 'journal', apply };
    letters = createDeadLetters(pool, registry, common);
    operator = await serveOperator(
      { checks: {}, token: TOKEN, routes: [deadLetterRoutes(letters, logger)] },
      '127.0.0.1',
      0,
    );
    stop = runProjection({
      ...common,
      kafka: connection,
      topic,
      registry,
      pool,
      sessionTimeoutMs: 6000,
      keep: keepInJournal,
    }).stop;
  });
  beforeEach(() => (broken = (id) => id.startsWith('bad')));
  afterAll(async () => {
    await stop();
    await operator.close();
    await pool.end();
    await stand.close();
  });

  async function story(...decisions: readonly string[]) {
    const tenant = freshTenant();
    const stream = streamId('eval-suite', randomUUID());
    const write = (event: ReturnType<typeof gateAnswered>): Promise<AuthoredRecord> =>
      stand.author.write(tenant, stream, event);
    const records = [await write(suiteCreated('s'))];
    for (const each of decisions) records.push(await write(gateAnswered(each)));
    await stand.author.send(records);
    const parked = async (): Promise<number> =>
      (await letters.list()).find((each) => each.stream === stream)?.events ?? 0;
    const append = async (...more: readonly string[]): Promise<void> => {
      const added: AuthoredRecord[] = [];
      for (const each of more) added.push(await write(gateAnswered(each)));
      await stand.author.send(added);
      records.push(...added);
    };
    const equalsFold = async (some: readonly AuthoredRecord[]): Promise<string[]> =>
      differences(
        new Map([...(await projectedRows(stand.owner))].filter(([key]) => key.includes(stream))),
        await foldedRows(stand.owner, some),
      );
    return { tenant, stream, records, parked, append, equalsFold };
  }

  it('are taken up to the first that still cannot be, in order, and noted', async () => {
    const { tenant, stream, records, parked, equalsFold } = await story('ok', 'bad-1', 'ok', 'bad-2', 'ok');
    await eventually('4 are parked', async () => (await parked()) === 4);
    expect(await equalsFold(records.slice(0, 2))).toEqual([]);
    expect((await letters.list()).find((each) => each.stream === stream)).toMatchObject({
      tenantId: tenant,
      reason: 'a bug',
      discardedAt: null,
    });

    expect(await letters.replay(tenant, stream, 'ops')).toEqual({
      replayed: 0,
      remaining: 4,
      reason: 'a bug',
    });
    broken = (id) => id === 'bad-2';
    expect(await letters.replay(tenant, stream, 'ops')).toEqual({
      replayed: 2,
      remaining: 2,
      reason: 'a bug',
    });
    expect(await equalsFold(records.slice(0, 4))).toEqual([]);
    broken = () => false;
    expect(await letters.replay(tenant, stream, 'ops')).toEqual({ replayed: 2, remaining: 0, reason: null });
    expect(await equalsFold(records)).toEqual([]);
    await expect(letters.replay(tenant, stream, 'ops')).rejects.toThrow(RangeError);
    const { rows } = await stand.owner.query(
      'select action, actor, events, remaining from log.dead_letter_actions where stream = $1 order by id',
      [stream],
    );
    expect(rows).toEqual([
      { action: 'replay', actor: 'ops', events: 0, remaining: 4 },
      { action: 'replay', actor: 'ops', events: 2, remaining: 2 },
      { action: 'replay', actor: 'ops', events: 2, remaining: 0 },
    ]);
  });

  it('that were given up stay, hold back what comes later, and can be taken after all', async () => {
    const { tenant, stream, records, parked, append, equalsFold } = await story('bad');
    await eventually('1 are parked', async () => (await parked()) === 1);
    expect(await letters.discard(tenant, stream, 'ops', 'known bug 7')).toEqual({ events: 1 });
    expect((await letters.list()).find((each) => each.stream === stream)?.discardedAt).toEqual(
      expect.any(String),
    );
    await append('later');
    await eventually('2 are parked', async () => (await parked()) === 2);
    expect((await letters.list()).find((each) => each.stream === stream)?.discardedAt).toBeNull();
    broken = () => false;
    expect(await letters.replay(tenant, stream, 'ops')).toEqual({ replayed: 2, remaining: 0, reason: null });
    expect(await equalsFold(records)).toEqual([]);
  });

  it('are looked at, replayed and given up on the command line', async () => {
    const { tenant, stream, records, parked, equalsFold } = await story('bad');
    await eventually('1 are parked', async () => (await parked()) === 1);
    const env = {
      FTM_OPERATOR_URLS: `http://127.0.0.1:${operator.port}`,
      FTM_OPERATOR_TOKEN: TOKEN,
      FTM_ACTOR: 'ops',
    };
    const ftm = (...args: readonly string[]) => runCli(['dlq', ...args], env);
    const list = await ftm('list');
    expect(list.stdout).toContain(stream);
    expect(list.code).toBe(0);
    const shown = await ftm('show', tenant, stream);
    expect(shown.stdout).toMatch(
      /\d:\d+ {2}ftm\.gate\.GateAnswered {2}seq 2 .*\n {4}a bug\n {4}\{.*"decisionId":"bad"/,
    );

    const discarded = await ftm('discard', tenant, stream, '--note', 'known bug 7');
    expect(discarded.stdout).toContain('1 given up');
    const without = await ftm('replay');
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining('--all') as string });
    const still = await ftm('replay', tenant, stream);
    expect(still).toMatchObject({ code: 1, stdout: expect.stringContaining('1 left: a bug') as string });
    broken = () => false;
    const taken = await ftm('replay', tenant, stream, '--json');
    expect(JSON.parse(taken.stdout)).toMatchObject([{ stream, replayed: 1, remaining: 0, reason: null }]);
    expect(await equalsFold(records)).toEqual([]);
    const { stdout } = await ftm('show', tenant, stream);
    expect(stdout.match(/ {2}ops {2}(replay|discard): /g)).toEqual([
      '  ops  discard: ',
      '  ops  replay: ',
      '  ops  replay: ',
    ]);

    const none = await ftm('replay', tenant, 'dataset/none');
    expect(none).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nothing of dataset/none') as string,
    });
    const stranger = await runCli(['dlq', 'list'], { ...env, FTM_OPERATOR_TOKEN: 'x'.repeat(16) });
    expect(stranger).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('does not take the token') as string,
    });
  });

  it('hold what this version does not know: an event type, and a schema of the future', async () => {
    const { tenant, stream, parked } = await story('ok');
    const newer = structuredClone(newest('GateAnswered').schema) as { fields: unknown[] };
    newer.fields.push({ name: 'mood', type: ['null', 'string'], default: null });
    const answer = await fetch(`${stand.registryUrl}/subjects/${stand.topic}-future/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: JSON.stringify(newer) }),
    });
    const { id } = (await answer.json()) as { id: number };
    const today = await stand.registry.encode(gateAnswered('of the future'));
    const value = Buffer.concat([today, Buffer.from([0])]);
    value.writeUInt32BE(id, 1);
    await stand.author.send([
      await stand.author.write(tenant, stream, gateAnswered('of the future'), { value }),
      await stand.author.write(tenant, stream, gateAnswered('after')),
    ]);
    await eventually('2 are parked', async () => (await parked()) === 2);
    const { events } = await letters.show(tenant, stream);
    expect(events.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('written with a schema that this version does not know'),
      'an earlier event of the stream is parked',
    ]);
  });

  it('lose nothing and repeat nothing while events keep coming', async () => {
    const { tenant, stream, records, parked, append, equalsFold } = await story('bad');
    await eventually('1 are parked', async () => (await parked()) === 1);
    broken = () => false;
    const appending = (async () => {
      for (let index = 0; index < 60; index += 1) await append(`live-${index}`);
    })();
    for (let left = 1; left > 0;) {
      const outcome = await letters.replay(tenant, stream, 'ops').catch((error: unknown) => {
        if (error instanceof RangeError) return { remaining: 0 };
        throw error;
      });
      left = outcome.remaining;
    }
    await appending;
    await eventually('the row is the fold', async () => (await equalsFold(records)).length === 0);
    expect(await parked()).toBe(0);
  });
});
