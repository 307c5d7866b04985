import { Command, Option } from 'commander';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import type { Verification } from '@ftm/audit/verifier';
import { createPartitionReader } from '@ftm/event-log/partition-reader';
import { CannotRun } from '../cannot-run.ts';
import { count, paint, progressBar, say, sayJson, table } from '../output.ts';
import {
  kafkaOf,
  needing,
  orchestratorAt,
  orchestratorOf,
  registryUrlOf,
  topicsOf,
  trustedOf,
  trustOf,
  type Settings,
} from '../settings.ts';
import { createSchemaCheck } from './schemas.ts';
import { endsOf, exportSource, kafkaSource, type Positions } from './sources.ts';
import { readState, writeState } from './verify-state.ts';
import { verifyInThreads } from './verify-threads.ts';
import { verifyCopy, verifyLog, type VerifyOptions, type VerifyReport, type VerifyState } from './verify.ts';

interface Options extends Settings {
  readonly json?: boolean;
  readonly export?: string;
  readonly copyOf?: string;
  readonly state?: string;
  readonly schemas: boolean;
  readonly staleSeconds: number;
  readonly threads?: number;
}
export function verifyCommand(): Command {
  return needing(
    new Command('verify')
      .description('look through the whole log and name everything that is wrong with it (exit code 1)')
      .option('--export <file>', 'an export instead of Kafka')
      .option('--copy-of <tenant>', 'the Orchestrator’s copy of a tenant alone')
      .option(
        '--state <file>',
        'kept there now and then: a stopped run goes on, a later one reads what is new',
      )
      .option(
        '--no-schemas',
        'do not ask the schema registry; for an export it is asked only where it is named',
      )
      .addOption(
        new Option('--stale-seconds <n>', 'how long an event may be without a checkpoint')
          .argParser(Number)
          .default(3600),
      )
      .addOption(
        new Option(
          '--threads <n>',
          'that share the partitions; default one a core when much is to be read',
        ).argParser(threadsOf),
      )
      .addOption(new Option('--json', 'machine-readable')),
    'brokers',
    'topic',
    'checkpointsTopic',
    'registry',
    'orchestrator',
    'noOrchestrator',
    'orchestratorKey',
    'trust',
  ).action(async (options: Options) => {
    const trusted = trustedOf(options);
    if (trusted.length === 0)
      throw new CannotRun(
        '--trust is missing: without a trusted key a history that was written anew cannot be told from the first one',
      );
    if (options.copyOf !== undefined) {
      const orchestrator = orchestratorOf(options);
      if (orchestrator === undefined) throw new CannotRun('--copy-of needs --orchestrator');
      const result = await verifyCopy({ orchestrator, tenant: options.copyOf, trusted });
      if (options.json === true) sayJson(result);
      else sayVerification('the Orchestrator’s copy', result);
      process.exitCode = result.ok ? 0 : 1;
      return;
    }
    const bar = progressBar('verifying');
    const stop = new AbortController();
    const onSignal = (): void => stop.abort();
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
    try {
      const how = { trusted, onProgress: bar.tell, signal: stop.signal };
      const report =
        options.export === undefined
          ? await verifyTopics(options, how)
          : await verifyExport(options, options.export, how);
      bar.end();
      if (options.json === true) sayJson(report);
      else sayReport(report);
      process.exitCode = report.ok ? 0 : report.complete ? 1 : 130;
    } finally {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    }
  });
}

type How = Pick<VerifyOptions, 'trusted' | 'onProgress' | 'signal'>;

/** What of the options is the same whoever reads. */
async function common(options: Options, source: string) {
  const { state: file } = options;
  const from = file === undefined ? undefined : await readState(file, source);
  return {
    staleMs: options.staleSeconds * 1000,
    ...(from === undefined ? {} : { from }),
    ...(file === undefined ? {} : { onState: (state: VerifyState) => writeState(file, state) }),
  };
}

async function verifyExport(options: Options, file: string, how: How): Promise<VerifyReport> {
  const source = exportSource(file);
  const orchestrator = orchestratorOf(options);
  // A file may be looked at where there is no registry.
  const schemas = options.schemas && (options.registry ?? '') !== '';
  return verifyLog({
    ...how,
    ...(await common(options, source.name)),
    source,
    ...(orchestrator === undefined ? {} : { orchestrator }),
    ...(schemas ? { schemas: createSchemaCheck(registryUrlOf(options)) } : {}),
  }).finally(() => source.close());
}

async function verifyTopics(options: Options, how: How): Promise<VerifyReport> {
  const source = kafkaSource(kafkaOf(options), topicsOf(options));
  const registryUrl = options.schemas ? registryUrlOf(options) : undefined;
  const orchestrator = orchestratorOf(options);
  try {
    const all = { ...how, ...(await common(options, source.name)) };
    const { partitions, threads } = await threadsFor(options, all.from?.positions ?? {});
    if (threads === 1)
      return await verifyLog({
        ...all,
        source,
        ...(orchestrator === undefined ? {} : { orchestrator }),
        ...(registryUrl === undefined ? {} : { schemas: createSchemaCheck(registryUrl) }),
      });
    const { trusted: _, ...rest } = all;
    const task = {
      ...rest,
      connection: kafkaOf(options),
      topics: topicsOf(options),
      trust: trustOf(options),
      ...(orchestrator === undefined ? {} : { orchestrator: orchestratorAt(options) }),
      ...(registryUrl === undefined ? {} : { registryUrl }),
    };
    return await verifyInThreads(task, threads, partitions);
  } finally {
    await source.close();
  }
}

function threadsOf(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new CannotRun('--threads is a number from 1 to 99');
  return Number(text);
}

/** What a thread costs to start is worth it from here on. */
const MANY_EVENTS = 100_000n;

async function threadsFor(
  options: Settings & { readonly threads?: number },
  read: Positions,
): Promise<{ readonly partitions: number; readonly threads: number }> {
  const reader = createPartitionReader(kafkaOf(options), options.topic);
  try {
    const ends = await endsOf(reader);
    const unread = [...ends].reduce((all, [each, end]) => all + end - BigInt(read[each] ?? '0'), 0n);
    const wanted = options.threads ?? (unread < MANY_EVENTS ? 1 : availableParallelism());
    return { partitions: ends.size, threads: Math.min(wanted, ends.size) };
  } finally {
    await reader.close();
  }
}

function sayReport(report: VerifyReport): void {
  sayVerification(report.source, report.log);
  if (report.copy !== null) {
    sayVerification('the Orchestrator’s copy', report.copy);
    for (const each of report.copy.differences) say(paint('red', `  ${each.tenantId}: ${each.message}`));
    if (report.copy.behind > 0) say(`  it has still to receive ${count(report.copy.behind)} events`);
  }
  say(`${report.seconds.toFixed(1)} s, ${count(report.events_per_second)} events/s`);
  if (!report.complete)
    say(paint('yellow', 'stopped before the end; with --state the next run goes on from here'));
}

function sayVerification(what: string, result: Verification): void {
  const verdict = result.ok ? paint('green', 'sound') : paint('red', `${count(result.faults)} faults`);
  say(
    `${paint('bold', what)}: ${verdict}; ${count(result.events)} events, ${count(result.checkpoints)} checkpoints`,
  );
  if (result.tenants.length > 0)
    say(
      table(
        ['tenant', 'events', 'vouched for', 'root'],
        result.tenants.map((each) => [
          each.tenantId,
          count(each.events),
          count(each.covered),
          each.root.slice(0, 16),
        ]),
      ),
    );
  for (const each of result.findings)
    say(`${paint('red', each.code)} at ${each.where} (${each.tenantId}): ${each.message}`);
  if (result.faults > result.findings.length)
    say(`and ${count(result.faults - result.findings.length)} more`);
}
