import { Command, Option } from 'commander';
import process from 'node:process';
import type { Operator } from './operator.ts';
import { paint, say, sayJson, table } from './output.ts';
import { CannotRun } from './cannot-run.ts';
import { acting, operating, type OperatorOptions } from './operator-options.ts';
import { operatorsOf } from './settings.ts';

interface Letter {
  readonly consumer: string;
  readonly tenantId: string;
  readonly stream: string;
  readonly events: number;
  readonly position: string;
  readonly reason: string;
  readonly parkedAt: string;
  readonly discardedAt: string | null;
}
interface Shown {
  readonly events: readonly {
    readonly position: string;
    readonly reason: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly data: unknown;
    readonly bytes: number;
  }[];
  readonly actions: readonly {
    readonly action: string;
    readonly actor: string;
    readonly note: string;
    readonly events: number;
    readonly remaining: number;
    readonly at: string;
  }[];
}
export function dlqCommand(): Command {
  return new Command('dlq')
    .description('dead letters: events that a consumer cannot take, and the later events of their streams')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(replayCommand())
    .addCommand(discardCommand());
}

const onStream = (name: string): Command =>
  operating(
    new Command(name)
      .argument('<tenant>', 'tenant')
      .argument('<stream>', 'stream as `dlq list` shows it, e.g. dataset/…; - for records of no stream'),
  );

function listCommand(): Command {
  return operating(new Command('list').description('streams with parked events')).action(
    async (options: OperatorOptions) => {
      const letters = await listed(operatorsOf(options));
      if (options.json === true) {
        sayJson(letters);
        return;
      }
      if (letters.length === 0) {
        say('Nothing is parked.');
        return;
      }
      say(
        table(
          ['consumer', 'tenant', 'stream', 'events', 'from', 'since', 'reason'],
          letters.map((letter) => [
            letter.consumer,
            letter.tenantId,
            letter.stream,
            String(letter.events),
            letter.position,
            letter.parkedAt,
            letter.discardedAt === null ? letter.reason : `(given up) ${letter.reason}`,
          ]),
        ),
      );
    },
  );
}

function showCommand(): Command {
  return onStream('show')
    .description('the parked events of a stream, and what was done about them')
    .action(async (tenant: string, stream: string, options: OperatorOptions) => {
      const shown = await fromEach(operatorsOf(options), tenant, stream, (operator) =>
        operator.get('/dead-letters/events', { tenant, stream }),
      );
      if (options.json === true) {
        sayJson(shown);
        return;
      }
      for (const { url, result } of shown) sayShown(url, result as Shown);
    });
}

function sayShown(url: string, { events, actions }: Shown): void {
  say(paint('bold', url));
  for (const { position, reason, headers, data, bytes } of events) {
    say(
      `  ${position}  ${headers['ce_type'] ?? '(no type)'}  seq ${headers['ftm_seq'] ?? '?'}  ${headers['ce_time'] ?? ''}`,
    );
    say(`    ${paint('red', reason)}`);
    say(`    ${data === null ? `(${bytes} bytes that this version cannot read)` : JSON.stringify(data)}`);
  }
  for (const { at, actor, action, note, events: taken, remaining } of actions)
    say(`  ${at}  ${actor}  ${action}: ${taken} events, ${remaining} left: ${note}`);
}

interface ReplayOutcome {
  readonly replayed: number;
  readonly remaining: number;
  readonly reason: string | null;
}

function replayCommand(): Command {
  return operating(
    acting(
      new Command('replay')
        .argument('[tenant]', 'tenant')
        .argument('[stream]', 'stream as `dlq list` shows it')
        .addOption(new Option('--all', 'every stream that was not given up, e.g. after an upgrade')),
    ),
  )
    .description(
      'take parked events now, in their order, up to the first that still cannot be taken (exit code 1)',
    )
    .action(
      async (
        tenant: string | undefined,
        stream: string | undefined,
        options: OperatorOptions & { all?: true },
      ) => {
        const operators = operatorsOf(options);
        const streams =
          options.all === true
            ? (await listed(operators))
                .filter(({ discardedAt }) => discardedAt === null)
                .map((letter) => [letter.tenantId, letter.stream] as const)
            : [namedStream(tenant, stream)];
        const outcomes: (ReplayOutcome & {
          readonly url: string;
          readonly tenant: string;
          readonly stream: string;
        })[] = [];
        for (const [of, each] of new Map(streams.map((pair) => [pair.join(' '), pair])).values()) {
          const done = await fromEach(operators, of, each, (operator) =>
            operator.post('/dead-letters/replay', { tenant: of, stream: each, actor: options.actor }),
          );
          for (const { url, result } of done)
            outcomes.push({ url, tenant: of, stream: each, ...(result as ReplayOutcome) });
        }
        if (outcomes.some(({ remaining }) => remaining > 0)) process.exitCode = 1;
        if (options.json === true) {
          sayJson(outcomes);
          return;
        }
        if (outcomes.length === 0) {
          say('Nothing is parked.');
          return;
        }
        for (const { tenant: of, stream: each, replayed, remaining, reason } of outcomes)
          say(
            `${of} ${each}: ${replayed} taken, ${remaining === 0 ? 'none is left' : `${remaining} left: ${paint('red', reason ?? '')}`}`,
          );
      },
    );
}

function namedStream(tenant: string | undefined, stream: string | undefined): readonly [string, string] {
  if (tenant === undefined || stream === undefined)
    throw new CannotRun('name a tenant and a stream (ftm dlq list shows them), or say --all');
  return [tenant, stream];
}

function discardCommand(): Command {
  return acting(onStream('discard'))
    .description(
      'give a stream’s parked events up: they stay in the log and can be replayed, but alarm no more',
    )
    .requiredOption('--note <text>', 'why')
    .action(async (tenant: string, stream: string, options: OperatorOptions & { note: string }) => {
      const { actor, note } = options;
      const done = await fromEach(operatorsOf(options), tenant, stream, (operator) =>
        operator.post('/dead-letters/discard', { tenant, stream, actor, note }),
      );
      if (options.json === true) {
        sayJson(done);
        return;
      }
      for (const { url, result } of done) say(`${url}: ${(result as { events: number }).events} given up`);
    });
}

async function listed(operators: readonly Operator[]): Promise<Letter[]> {
  const answers = await Promise.all(operators.map((operator) => operator.get('/dead-letters')));
  return answers.flatMap((answer) => (answer as { deadLetters: Letter[] } | null)?.deadLetters ?? []);
}

/** Asks every process in turn; those that have nothing of the stream are left out. @throws CannotRun when none has */
async function fromEach(
  operators: readonly Operator[],
  tenant: string,
  stream: string,
  ask: (operator: Operator) => Promise<unknown>,
): Promise<{ readonly url: string; readonly result: unknown }[]> {
  const found: { url: string; result: unknown }[] = [];
  for (const operator of operators) {
    const result = await ask(operator);
    if (result !== null) found.push({ url: operator.url, result });
  }
  if (found.length === 0)
    throw new CannotRun(`nothing of ${stream} of ${tenant} is parked: ftm dlq list shows what is`);
  return found;
}
