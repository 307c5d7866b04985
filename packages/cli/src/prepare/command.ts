import { Command, Option } from 'commander';
import process from 'node:process';
import type { RolePasswords } from '@ftm/postgres/roles';
import { CannotRun, saidOf } from '../cannot-run.ts';
import { paint, say, sayJson } from '../output.ts';
import { kafkaOf, listOf, needing, registryUrlOf, topicsOf, type Settings } from '../settings.ts';
import { migrationsStep, schemasStep, topicsStep, type StepReport } from './steps.ts';

interface PrepareOptions extends Settings {
  readonly only: string;
  readonly check?: boolean;
  readonly json?: boolean;
  readonly ownerDatabaseUrl?: string;
  readonly apiDatabasePassword?: string;
  readonly projectorDatabasePassword?: string;
  readonly runnerDatabasePassword?: string;
  readonly writerDatabasePassword?: string;
}

/** Each step, and the setting that says where it goes. */
const STEPS = {
  topics: 'FTM_KAFKA_BROKERS',
  migrations: 'FTM_OWNER_DATABASE_URL',
  schemas: 'FTM_REGISTRY_URL',
} as const;
type StepName = keyof typeof STEPS;
const NAMES = Object.keys(STEPS) as StepName[];

type Outcome = StepReport | { readonly failed: string };

/** Lines of one kind that people are shown; `--json` has all. */
const SHOWN = 12;

export function prepareCommand(): Command {
  const command = new Command('prepare')
    .description(
      'make what must be there before the services start: topics, tables and roles, schemas. Safe to run again. Exit code 1: something is to be done (--check) or wrong, 2: a step could not be taken',
    )
    .addOption(new Option('--check', 'only look, change nothing'))
    .addOption(new Option('--only <steps>', `of ${NAMES.join(', ')}; comma between`).default(NAMES.join(',')))
    .addOption(new Option('--json', 'machine-readable'))
    .addOption(
      new Option('--owner-database-url <url>', 'Postgres, as the role that owns the schemas').env(
        'FTM_OWNER_DATABASE_URL',
      ),
    );
  for (const [service, role] of [
    ['api', 'ftm_api'],
    ['projector', 'ftm_projector'],
    ['runner', 'ftm_runner'],
    ['writer', 'ftm_writer'],
  ] as const)
    command.addOption(
      new Option(
        `--${service}-database-password <password>`,
        `password that the role ${role} gets, absent: as it is; better in the environment`,
      ).env(`FTM_${service.toUpperCase()}_DATABASE_PASSWORD`),
    );
  return needing(command, 'brokers', 'topic', 'checkpointsTopic', 'registry').action(prepare);
}

async function prepare(options: PrepareOptions): Promise<void> {
  const check = options.check === true;
  const names = stepsOf(options.only);
  // One that cannot be taken leaves the others as they are: each says what came of it.
  const outcomes = await Promise.all(
    names.map(async (name): Promise<readonly [StepName, Outcome]> => {
      try {
        return [name, await take(name, options, check)];
      } catch (error) {
        return [name, { failed: failureOf(name, error) }];
      }
    }),
  );
  if (options.json === true) sayJson(Object.fromEntries(outcomes));
  else for (const [name, outcome] of outcomes) tell(name, outcome);
  process.exitCode = exitCodeOf(outcomes.map(([, outcome]) => outcome));
}

function stepsOf(only: string): StepName[] {
  const asked = listOf(only);
  const unknown = asked.filter((name) => !(NAMES as string[]).includes(name));
  if (unknown.length > 0 || asked.length === 0)
    throw new CannotRun(`--only ${only}: allowed are ${NAMES.join(', ')}`);
  return NAMES.filter((name) => asked.includes(name));
}

async function take(name: StepName, options: PrepareOptions, check: boolean): Promise<StepReport> {
  switch (name) {
    case 'topics':
      return topicsStep(kafkaOf(options), topicsOf(options), check);
    case 'migrations': {
      const url = options.ownerDatabaseUrl ?? '';
      if (url === '')
        throw new CannotRun('--owner-database-url is missing: give it, or set FTM_OWNER_DATABASE_URL');
      return migrationsStep(url, passwordsOf(options), check);
    }
    case 'schemas':
      return schemasStep(registryUrlOf(options), check);
  }
}

/** An empty variable counts as one that is not set. */
function passwordsOf(options: PrepareOptions): Partial<RolePasswords> {
  const given = {
    ftm_api: options.apiDatabasePassword ?? '',
    ftm_projector: options.projectorDatabasePassword ?? '',
    ftm_runner: options.runnerDatabasePassword ?? '',
    ftm_writer: options.writerDatabasePassword ?? '',
  };
  return Object.fromEntries(Object.entries(given).filter(([, password]) => password !== ''));
}

/** What the caller can mend names the setting; what says so by itself is left as it is. */
function failureOf(name: StepName, error: unknown): string {
  if (error instanceof CannotRun) return error.message;
  return `${reasonOf(error)} (${STEPS[name]})`;
}

/** Several addresses of one host that all refuse are one error without a message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return [...new Set(error.errors.map((each) => saidOf(each)))].join('; ');
  // What went wrong is somebody else's answer, not a defect: its stack tells an operator nothing.
  return error instanceof Error && !error.name.startsWith('KafkaJS') ? error.message : saidOf(error);
}

function tell(name: StepName, outcome: Outcome): void {
  if ('failed' in outcome) {
    say(`${paint('red', '✗')} ${name}: ${outcome.failed}`);
    return;
  }
  const { done, there, todo, wrong } = outcome;
  const counts = [
    ...(done.length > 0 ? [`${done.length} done`] : []),
    ...(todo.length > 0 ? [`${todo.length} to do`] : []),
    ...(wrong.length > 0 ? [`${wrong.length} wrong`] : []),
    `${there} there`,
  ];
  const sound = todo.length === 0 && wrong.length === 0;
  say(`${sound ? paint('green', '✓') : paint('yellow', '!')} ${name}: ${counts.join(', ')}`);
  for (const lines of [wrong, todo, done]) {
    for (const line of lines.slice(0, SHOWN)) say(`    ${line}`);
    if (lines.length > SHOWN) say(`    … and ${lines.length - SHOWN} more (--json names them)`);
  }
}

function exitCodeOf(outcomes: readonly Outcome[]): number {
  if (outcomes.some((each) => 'failed' in each)) return 2;
  const sound = outcomes.every((each) => !('failed' in each) && each.todo.length + each.wrong.length === 0);
  return sound ? 0 : 1;
}
