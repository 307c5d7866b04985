import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigResourceTypes, Kafka, logLevel, type Admin } from 'kafkajs';
import { runCli } from '@ftm/cli/testing/run-cli';
import { startStack, type Stack } from '../stack/stack.ts';

/** `ftm prepare` against the real parts; a Postgres of its own, because roles are the whole server's. */
interface Step {
  readonly done: string[];
  readonly there: number;
  readonly todo: string[];
  readonly wrong: string[];
  readonly failed?: string;
}
type Report = Record<'topics' | 'migrations' | 'schemas', Step>;

const topic = `prepare.${Date.now().toString(36)}`;
const checkpoints = `${topic}.checkpoints`;
const PASSWORDS = {
  FTM_API_DATABASE_PASSWORD: 'api',
  FTM_PROJECTOR_DATABASE_PASSWORD: 'projector',
  FTM_RUNNER_DATABASE_PASSWORD: 'runner',
  FTM_WRITER_DATABASE_PASSWORD: 'writer',
};

let postgres: Stack;
let admin: Admin;
beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ftm-prepare-'));
  postgres = await startStack({ dir, parts: ['postgres'], ports: 'ephemeral' });
  const brokers = (process.env['FTM_KAFKA_BROKERS'] ?? '').split(',');
  admin = new Kafka({ brokers, clientId: 'prepare-spec', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
});
afterAll(async () => {
  await admin.deleteTopics({ topics: [topic, checkpoints] }).catch(() => undefined);
  await admin.disconnect();
  await postgres.stop();
});

async function prepare(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await runCli(
    ['prepare', '--json', '--topic', topic, '--checkpoints-topic', checkpoints, ...args],
    { ...postgres.env, ...kept(), ...PASSWORDS, ...env },
  );
  if (stdout === '') throw new Error(stderr);
  return { code, report: JSON.parse(stdout) as Report };
}

/** Of the shared stack: only Postgres is this spec's own. */
function kept(): Record<string, string> {
  return Object.fromEntries(
    ['FTM_KAFKA_BROKERS', 'FTM_REGISTRY_URL'].map((name) => [name, process.env[name] ?? '']),
  );
}

const settingOf = async (name: string): Promise<string | undefined> => {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: [name] }],
  });
  return resources[0]?.configEntries[0]?.configValue;
};

describe('ftm prepare', () => {
  it('says what is to be done, and does nothing of it, when it only looks', async () => {
    for (let times = 0; times < 2; times += 1) {
      const { code, report } = await prepare(['--check']);
      expect(code).toBe(1);
      expect(report.topics).toMatchObject({
        done: [],
        there: 0,
        todo: [`${topic}: is missing`, `${checkpoints}: is missing`],
      });
      expect(report.migrations.todo).toContain('role ftm_api');
      expect(report.migrations.todo).toContain('0001_log.sql');
      expect(report.migrations.done).toEqual([]);
    }
    expect(await admin.listTopics()).not.toContain(topic);
  });

  it('makes no role that nobody could use: the setting is named, and the other steps are taken', async () => {
    const { code, report } = await prepare([], { FTM_RUNNER_DATABASE_PASSWORD: '' });
    expect(code).toBe(2);
    expect(report.migrations.failed).toBe(
      'ftm_runner must be made, and no password is given: set FTM_RUNNER_DATABASE_PASSWORD',
    );
    expect(report.topics.done).toHaveLength(2);
    expect(report.schemas.failed).toBeUndefined();
    expect(await settingOf('retention.ms')).toBe('-1');
  });

  it('does what is missing, and finds all there when it is run again', async () => {
    const first = await prepare([]);
    expect(first.code).toBe(0);
    expect(first.report.topics).toMatchObject({ done: [], there: 2 });
    expect(first.report.migrations.done).toContain('role ftm_runner');

    for (const args of [[], ['--check']]) {
      const { code, report } = await prepare(args);
      expect(code).toBe(0);
      for (const step of Object.values(report)) expect(step).toMatchObject({ done: [], todo: [], wrong: [] });
      expect(report.migrations.there).toBe(
        first.report.migrations.done.filter((each) => each.endsWith('.sql')).length,
      );
      expect(report.schemas.there).toBeGreaterThan(50);
    }
    // Roles that are there keep their passwords when none is given.
    const without = { FTM_API_DATABASE_PASSWORD: '', FTM_PROJECTOR_DATABASE_PASSWORD: '' };
    expect((await prepare(['--only', 'migrations'], without)).code).toBe(0);
  });

  it('sets what a topic must have, and leaves what somebody else has set', async () => {
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: [
            { name: 'retention.ms', value: '604800000' },
            { name: 'segment.ms', value: '7200000' },
          ],
        },
      ],
    });
    const only = ['--only', 'topics'];
    const looked = await prepare(['--check', ...only]);
    expect(looked.code).toBe(1);
    expect(looked.report.topics.todo).toEqual([`${topic}: retention.ms is 604800000, wanted -1`]);
    expect((await prepare(only)).report.topics.done).toHaveLength(1);
    expect([await settingOf('retention.ms'), await settingOf('segment.ms')]).toEqual(['-1', '7200000']);
  });

  it('cannot mend a topic of another number of partitions, and says so', async () => {
    const other = `${topic}.small`;
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: other, numPartitions: 3 }] });
    try {
      const { code, report } = await prepare(['--only', 'topics', '--topic', other]);
      expect(code).toBe(1);
      expect(report.topics.wrong[0]).toMatch(/has 3 partitions and must have 12/);
    } finally {
      await admin.deleteTopics({ topics: [other] });
    }
  });

  it('names the setting of whatever cannot be reached', async () => {
    const away = 'postgres://postgres:secret-of-the-owner@127.0.0.1:9/ftm';
    const { code, report } = await prepare([], {
      FTM_KAFKA_BROKERS: '127.0.0.1:9',
      FTM_OWNER_DATABASE_URL: away,
      FTM_REGISTRY_URL: 'http://127.0.0.1:64999/none',
    });
    expect(code).toBe(2);
    expect(report.topics.failed).toMatch(/\(FTM_KAFKA_BROKERS\)$/);
    expect(report.migrations.failed).toMatch(/ECONNREFUSED.*\(FTM_OWNER_DATABASE_URL\)$/);
    expect(report.schemas.failed).toMatch(/does not answer.*\(FTM_REGISTRY_URL\)$/);
    expect(JSON.stringify(report)).not.toContain('secret-of-the-owner');
  });

  it('refuses a step that it does not know, and says which there are', async () => {
    const { code, stderr } = await runCli(['prepare', '--only', 'topics,tables'], {});
    expect(code).toBe(2);
    expect(stderr).toBe('ftm: --only topics,tables: allowed are topics, migrations, schemas\n');
  });
});
