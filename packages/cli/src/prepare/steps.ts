import { EVENTS_PARTITIONS, EVENTS_TOPIC } from '@ftm/contracts/topics';
import type { KafkaConnection } from '@ftm/event-log/kafka-clients';
import { lookAtSchemas, registerSchemas } from '@ftm/event-log/registered-schemas';
import { prepareTopics, type TopicState } from '@ftm/event-log/topics';
import { migrate } from '@ftm/postgres/migrate';
import { lookAtMigrations } from '@ftm/postgres/migration-state';
import type { RolePasswords } from '@ftm/postgres/roles';
import { CannotRun } from '../cannot-run.ts';

/** What one step found and did. */
export interface StepReport {
  /** Made or changed now. */
  readonly done: readonly string[];
  /** How many things were as they must be. */
  readonly there: number;
  /** What is to be done, by the same command without `--check`. */
  readonly todo: readonly string[];
  /** What somebody else must mend. */
  readonly wrong: readonly string[];
}

const NOTHING: StepReport = { done: [], there: 0, todo: [], wrong: [] };

export async function topicsStep(
  kafka: KafkaConnection,
  topics: { readonly events: string; readonly checkpoints: string },
  check: boolean,
): Promise<StepReport> {
  const states = await prepareTopics(
    kafka,
    [
      { topic: topics.events, partitions: EVENTS_PARTITIONS },
      { topic: topics.checkpoints, partitions: 1 },
    ],
    { check },
  );
  const of = (...wanted: readonly TopicState['state'][]): string[] =>
    states.filter(({ state }) => wanted.includes(state)).map(said);
  return {
    done: of('made', 'mended'),
    there: of('there').length,
    todo: of('missing', 'differs'),
    wrong: of('wrong'),
  };
}

function said({ topic, state, partitions, replicas, details }: TopicState): string {
  const size = `${partitions} ${partitions === 1 ? 'partition' : 'partitions'}`;
  if (state === 'missing') return `${topic}: is missing`;
  if (state === 'made') return `${topic}: made, ${size}, replicas: ${replicas}`;
  return `${topic}: ${details.join('; ')}`;
}

const PASSWORD_SETTINGS: Readonly<Record<keyof RolePasswords, string>> = {
  ftm_api: 'FTM_API_DATABASE_PASSWORD',
  ftm_projector: 'FTM_PROJECTOR_DATABASE_PASSWORD',
  ftm_runner: 'FTM_RUNNER_DATABASE_PASSWORD',
  ftm_writer: 'FTM_WRITER_DATABASE_PASSWORD',
};

/** @throws CannotRun when a role must be made and has no password: nobody could use it */
export async function migrationsStep(
  ownerUrl: string,
  passwords: Partial<RolePasswords>,
  check: boolean,
): Promise<StepReport> {
  const before = await lookAtMigrations(ownerUrl);
  const todo = [
    ...before.missingRoles.map((role) => `role ${role}`),
    ...before.pending,
    ...(before.hasQueue ? [] : ['schema of the job queue']),
  ];
  const there = before.applied.length;
  if (check) return { ...NOTHING, there, todo };
  const without = before.missingRoles.filter((role) => passwords[role] === undefined);
  if (without.length > 0)
    throw new CannotRun(
      `${without.join(', ')} must be made, and no password is given: set ${without.map((role) => PASSWORD_SETTINGS[role]).join(', ')}`,
    );
  await migrate({ ownerUrl, passwords });
  return { ...NOTHING, there, done: todo };
}

/** Subjects go by the name of FTM's own topic, whatever the topic is called here. */
export async function schemasStep(url: string, check: boolean): Promise<StepReport> {
  const { ids, missing, loose } = await (check ? lookAtSchemas : registerSchemas)({
    url,
    topic: EVENTS_TOPIC,
  });
  const changes = [...missing, ...loose.map((subject) => `${subject}: compatibility FULL_TRANSITIVE`)];
  const whole = ids.size - new Set([...missing.map((each) => each.split(' ')[0]), ...loose]).size;
  return { ...NOTHING, there: Math.max(0, whole), [check ? 'todo' : 'done']: changes };
}
