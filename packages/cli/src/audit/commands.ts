import { Command, Option } from 'commander';
import { happenedBy, MOMENT_FORMS, parseMoment, type Moment } from '@ftm/contracts/moment';
import { fold } from '@ftm/domain/aggregates';
import { toPast } from '@ftm/domain/event-meta';
import { parseStreamId } from '@ftm/contracts/ids';
import { render } from '@ftm/api/views/render';
import type { RecordedEvent } from '@ftm/contracts/envelope';
import { count, paint, progressBar, say, sayJson } from '../output.ts';
import { liveModel, targetsOf } from '../reconstruct/live.ts';
import { readLog } from '../reconstruct/log.ts';
import { differences, foldTenant, type TenantSnapshot } from '../reconstruct/state.ts';
import { CannotRun } from '../cannot-run.ts';
import { kafkaOf, needing, registryOf, topicsOf, type Settings } from '../settings.ts';
import { kafkaSource, writeExport } from './sources.ts';
import { verifyCommand } from './verify-command.ts';

interface Json {
  readonly json?: boolean;
}
const json = (): Option => new Option('--json', 'machine-readable');
const at = (): Option => new Option('--at <moment>', `up to ${MOMENT_FORMS}`).argParser(momentOf);

function momentOf(text: string): Moment {
  try {
    return parseMoment(text);
  } catch (error) {
    throw new CannotRun((error as Error).message);
  }
}

export function auditCommand(): Command {
  const audit = new Command('audit').description('prove and reconstruct the log');
  audit.addCommand(verifyCommand());
  audit.addCommand(exportCommand());
  audit.addCommand(showCommand());
  audit.addCommand(stateCommand());
  audit.addCommand(diffCommand());
  audit.addCommand(liveCommand());
  return audit;
}

function exportCommand(): Command {
  return needing(
    new Command('export')
      .description('write the log to a file that can be verified without Kafka')
      .argument('<file>', 'JSON lines; gzipped when the name ends in .gz; an existing file is not touched')
      .option('--tenant <id>', 'of one tenant only'),
    'brokers',
    'topic',
    'checkpointsTopic',
  ).action(async (file: string, options: Settings & { readonly tenant?: string }) => {
    const source = kafkaSource(kafkaOf(options), topicsOf(options));
    try {
      say(`${count(await writeExport(source, file, options.tenant))} events`);
    } finally {
      await source.close();
    }
  });
}

function showCommand(): Command {
  interface Options extends Settings, Json {
    readonly tenant?: string;
    readonly at?: Moment;
  }
  return needing(
    new Command('show')
      .description('one resource at a moment, with the events, gates and actors that led there')
      .argument('<id>', 'a UUID, or <aggregate>/<UUID>')
      .option('--tenant <id>', 'whose it is; else all tenants are searched')
      .addOption(at())
      .addOption(json()),
    'brokers',
    'topic',
    'registry',
  ).action(async (id: string, options: Options) => {
    const found: RecordedEvent[] = [];
    for await (const logged of logOf(options, options.tenant)) {
      const { stream, version } = logged.envelope;
      if (stream !== id && !stream.endsWith(`/${id}`)) continue;
      if (!happenedBy(options.at, logged, version)) continue;
      if (logged.event === null)
        throw new CannotRun(`this program cannot read ${logged.envelope.type}: is it older than the log?`);
      found.push({ ...logged, event: logged.event });
    }
    const first = found[0]?.envelope;
    if (first === undefined) throw new CannotRun(`the log has no ${id}, or it was not there yet`);
    const { aggregate, id: uuid } = parseStreamId(first.stream);
    const state = render(aggregate, first.tenantId, uuid, fold(aggregate, found.map(toPast)));
    if (options.json === true) {
      sayJson({
        state,
        events: found.map(({ envelope, event, position }) => ({ ...envelope, position, data: event.data })),
      });
      return;
    }
    say(paint('bold', `${first.stream} of ${first.tenantId}`));
    for (const { envelope, event, position } of found)
      say(
        `${envelope.time}  ${paint('cyan', event.type.padEnd(26))} ${envelope.actor}  v${envelope.version} seq ${envelope.seq} @${position.partition}:${position.offset}${event.type === 'GateAnswered' ? `  ${event.data.gate}: ${event.data.decision} (${event.data.decisionId})` : ''}`,
      );
    sayJson(state);
  });
}

function stateCommand(): Command {
  interface Options extends Settings {
    readonly tenant: string;
    readonly at?: Moment;
  }
  return needing(
    new Command('state')
      .description('everything that a tenant had at a moment, from Kafka alone, as JSON')
      .requiredOption('--tenant <id>')
      .addOption(at()),
    'brokers',
    'topic',
    'registry',
  ).action(async (options: Options) => sayJson(await snapshot(options, options.tenant, options.at)));
}

function diffCommand(): Command {
  interface Options extends Settings, Json {
    readonly tenant: string;
  }
  return needing(
    new Command('diff')
      .description('what changed between two moments')
      .argument('<from>', MOMENT_FORMS, momentOf)
      .argument('[to]', 'default: now', momentOf)
      .requiredOption('--tenant <id>')
      .addOption(json()),
    'brokers',
    'topic',
    'registry',
  ).action(async (from: Moment, to: Moment | undefined, options: Options) => {
    const before = await snapshot(options, options.tenant, from);
    const after = await snapshot(options, options.tenant, to);
    const changes = differences(before, after);
    if (options.json === true) {
      sayJson({ from_seq: before.seq, to_seq: after.seq, changes });
      return;
    }
    say(`events ${before.seq + 1} to ${after.seq}: ${changes.length} resources`);
    for (const { aggregate, id, change, fields } of changes) {
      say(`${paint(change === 'created' ? 'green' : 'yellow', change)} ${aggregate}/${id}`);
      for (const field of fields)
        say(`  ${field.path}: ${JSON.stringify(field.before)} → ${JSON.stringify(field.after)}`);
    }
  });
}

function liveCommand(): Command {
  interface Options extends Settings, Json {
    readonly tenant: string;
    readonly at?: Moment;
  }
  return needing(
    new Command('live')
      .description('which model was live for a target, who approved it, on what evidence')
      .argument('<target>', '<type>/<value>, e.g. assistant/support')
      .requiredOption('--tenant <id>')
      .addOption(at())
      .addOption(json()),
    'brokers',
    'topic',
    'registry',
  ).action(async (target: string, options: Options) => {
    const state = await snapshot(options, options.tenant, options.at);
    const live = liveModel(state, target);
    if (live.pointer === null)
      throw new CannotRun(
        `nothing was ever live for ${target} by then; targets with a pointer: ${targetsOf(state).join(', ') || 'none'}`,
      );
    if (options.json === true) {
      sayJson(live);
      return;
    }
    const { promotion, model_version: model, dataset, ft_job: job } = live;
    const line = (name: string, value: unknown): void =>
      say(`${name.padEnd(16)}${typeof value === 'string' ? value : JSON.stringify(value ?? null)}`);
    say(paint('bold', `${target} of ${live.tenant_id}, after event ${live.seq}`));
    line('model version', model === null ? 'none' : `${String(model['id'])} (${String(model['status'])})`);
    line('provider model', live.pointer['provider_model_id']);
    line('promotion', promotion === null ? 'none: an override, or nothing is live' : promotion['id']);
    if (promotion !== null) {
      line('asked by', promotion['created_by']);
      line('approved by', promotion['approved_by']);
      line('decision', promotion['governance_decision_id']);
      line('evidence', promotion['evidence']);
      line('evidence sha256', promotion['evidence_sha256']);
    }
    line('eval runs', live.eval_runs.map((each) => each['id']).join(', ') || 'none');
    line('fine-tune job', job?.['id']);
    line('dataset', dataset?.['id']);
  });
}

const logOf = (settings: Settings, tenant?: string) => {
  const bar = progressBar('reading');
  return readLog({
    kafka: kafkaOf(settings),
    topic: settings.topic,
    registry: registryOf(settings),
    ...(tenant === undefined ? {} : { tenant }),
    onProgress: bar.tell,
  });
};

const snapshot = (settings: Settings, tenant: string, moment?: Moment): Promise<TenantSnapshot> =>
  foldTenant(tenant, logOf(settings, tenant), moment);
