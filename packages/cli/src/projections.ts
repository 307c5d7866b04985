import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { CannotRun } from './cannot-run.ts';
import { acting, operating, type OperatorOptions } from './operator-options.ts';
import type { Operator } from './operator.ts';
import { count, paint, progressBar, say, sayJson, table } from './output.ts';
import { operatorsOf } from './settings.ts';

interface Generation {
  readonly generation: number;
  readonly status: 'building' | 'live' | 'retired' | 'failed';
  readonly actor: string;
  readonly reason: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly events: number;
  readonly total: number;
  readonly rows: number;
}

const POLL_MS = 500;

export function projectionsCommand(): Command {
  return new Command('projections')
    .description(
      'generations of the read models: the one that serves, and one that is built to take its place',
    )
    .addCommand(listCommand())
    .addCommand(rebuildCommand())
    .addCommand(dropCommand());
}

function listCommand(): Command {
  return operating(new Command('list').description('all that are there')).action(
    async (options: OperatorOptions) => {
      const { generations } = await projectorOf(options);
      if (options.json === true) sayJson(generations);
      else sayGenerations(generations);
    },
  );
}

function rebuildCommand(): Command {
  return operating(
    acting(
      new Command('rebuild')
        .description(
          'build the read models anew beside those that serve, from the journal, and let them take their place in one transaction; the old ones stay until they are dropped',
        )
        .addOption(new Option('--no-wait', 'only begin it: ftm projections list tells how far it is')),
    ),
  ).action(async (options: OperatorOptions & { wait: boolean }) => {
    const { operator, generations } = await projectorOf(options);
    const building = generations.find(({ status }) => status === 'building')?.generation;
    const generation =
      building ??
      ((await operator.post('/generations', { actor: options.actor })) as { generation: number }).generation;
    if (building !== undefined && options.json !== true)
      say(`Generation ${building} is being built already.`);
    const ended = options.wait ? await watch(operator, generation) : await find(operator, generation);
    if (options.json === true) sayJson(ended);
    else if (ended.status === 'building') say(`Generation ${generation} is being built.`);
    else if (ended.status === 'live')
      say(
        `Generation ${generation} is live: ${count(ended.events)} events, ${count(ended.rows)} rows copied.`,
      );
    if (ended.status === 'failed')
      throw new CannotRun(
        `generation ${generation} failed, and the old one serves on: ${ended.reason ?? ''}`,
      );
  });
}

async function watch(operator: Operator, generation: number): Promise<Generation> {
  const bar = progressBar(`rebuilding generation ${generation}`);
  try {
    for (;;) {
      const now = await find(operator, generation);
      if (now.status !== 'building') return now;
      bar.tell(now.events, now.total, now.events);
      await sleep(POLL_MS);
    }
  } finally {
    bar.end();
  }
}

async function find(operator: Operator, generation: number): Promise<Generation> {
  const found = (await generationsOf(operator))?.find((each) => each.generation === generation);
  if (found === undefined) throw new CannotRun(`generation ${generation} was dropped meanwhile`);
  return found;
}

function dropCommand(): Command {
  return operating(
    new Command('drop')
      .argument('<generation>', 'its number')
      .description('drop a generation that does not serve; one that is being built is given up'),
  ).action(async (text: string, options: OperatorOptions) => {
    const { operator } = await projectorOf(options);
    if (!(await operator.delete(`/generations/${encodeURIComponent(text)}`)))
      throw new CannotRun(`there is no generation ${text}: ftm projections list shows all`);
    if (options.json === true) sayJson({ dropped: Number(text) });
    else say(`Generation ${text} is dropped.`);
  });
}

function sayGenerations(generations: readonly Generation[]): void {
  say(
    table(
      ['generation', 'status', 'began', 'ended', 'events', 'rows', 'by'],
      generations.map((each) => [
        String(each.generation),
        each.status === 'building' && each.total > 0
          ? `building ${Math.min(99, Math.floor((100 * each.events) / each.total))} %`
          : each.status,
        each.startedAt,
        each.endedAt ?? '',
        count(each.events),
        count(each.rows),
        each.actor,
      ]),
    ),
  );
  for (const { generation, reason } of generations)
    if (reason !== null) say(paint('red', `${generation}: ${reason}`));
}

async function generationsOf(operator: Operator): Promise<readonly Generation[] | null> {
  const answer = (await operator.get('/generations')) as { generations: Generation[] } | null;
  return answer?.generations ?? null;
}

/** The first of the processes that has read models. */
async function projectorOf(options: OperatorOptions) {
  for (const operator of operatorsOf(options)) {
    const generations = await generationsOf(operator);
    if (generations !== null) return { operator, generations };
  }
  throw new CannotRun('none of --operator is a projector');
}
