import { Command, Option } from 'commander';
import process from 'node:process';
import { fromHeaders, type Envelope } from '@ftm/contracts/envelope';
import { tenantId } from '@ftm/contracts/ids';
import { TECHNICAL_KEY } from '@ftm/contracts/topics';
import { createPartitionReader, type RawRecord } from '@ftm/event-log/partition-reader';
import { partitionOf } from '@ftm/event-log/partitions';
import { UndecodableValue, type Registry } from '@ftm/event-log/registry';
import { CannotRun } from './cannot-run.ts';
import { paint, say } from './output.ts';
import { kafkaOf, needing, registryOf, type Settings } from './settings.ts';

interface Options extends Settings {
  readonly tenant?: string;
  readonly type: readonly string[];
  readonly stream?: string;
  readonly last?: number;
  readonly fromBeginning?: true;
  readonly follow: boolean;
  readonly json?: true;
}

/** An event as a line shows it. */
interface Line {
  readonly position: string;
  readonly envelope: Envelope;
  readonly data: unknown;
  /** Why `data` is null. */
  readonly unreadable: string | null;
}

const FETCH_WAIT_MS = 250;

export function tailCommand(): Command {
  return needing(
    new Command('tail')
      .description('show events as they come, decoded; committed ones only')
      .option('--tenant <id>', 'of one tenant')
      .option('--stream <prefix>', 'of streams that begin so, e.g. dataset/ or one stream')
      .addOption(
        new Option(
          '--type <name...>',
          'of these types; * stands for anything, e.g. FineTune* GateAnswered',
        ).default([]),
      )
      .addOption(
        new Option('--last <n>', 'begin with about so many records of each partition').argParser(wholeNumber),
      )
      .addOption(new Option('--from-beginning', 'begin with the first').conflicts('last'))
      .addOption(new Option('--no-follow', 'end when the end of the log is reached'))
      .addOption(new Option('--json', 'one object a line')),
    'brokers',
    'topic',
    'registry',
  ).action(async (options: Options) => {
    const stopping = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
    // Whoever reads the output has gone (`| head`): that is no error.
    process.stdout.on('error', () => stopping.abort());
    await tail(options, stopping.signal);
  });
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new CannotRun(`--last: ${text} is no whole number`);
  return value;
}

async function tail(options: Options, signal: AbortSignal): Promise<void> {
  const kafka = kafkaOf(options);
  const registry = registryOf(options);
  const wanted = filterOf(options);
  const asking = createPartitionReader(kafka, options.topic);
  const count = await asking.partitions().finally(() => asking.close());
  const partitions =
    options.tenant === undefined
      ? Array.from({ length: count }, (_, each) => each)
      : [partitionOf(tenantId(options.tenant), count)];
  await Promise.all(partitions.map((partition) => tailPartition(partition)));

  /** A reader of its own for each: a broker answers one waiting request of a connection after the other. */
  async function tailPartition(partition: number): Promise<void> {
    const reader = createPartitionReader(kafka, options.topic);
    try {
      const end = await reader.endOffset(partition);
      let offset = startOf(options, end);
      while (!signal.aborted && (options.follow || offset < end)) {
        const { records, nextOffset } = await reader.fetch(partition, offset, FETCH_WAIT_MS);
        for (const record of records) {
          if (!options.follow && record.offset >= end) return;
          const line = await lineOf(registry, record, wanted);
          if (line !== null) (options.json === true ? sayLine : showLine)(line);
        }
        offset = nextOffset;
      }
    } finally {
      await reader.close();
    }
  }
}

function startOf({ fromBeginning, last, follow }: Options, end: bigint): bigint {
  if (fromBeginning === true) return 0n;
  const back = BigInt(last ?? (follow ? 0 : 10));
  return end > back ? end - back : 0n;
}

type Filter = (envelope: Envelope) => boolean;

function filterOf({ tenant, type, stream }: Options): Filter {
  const types = type.map(
    (name) =>
      new RegExp(
        `^${name
          .split('*')
          .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*')}$`,
      ),
  );
  return (envelope) =>
    (tenant === undefined || envelope.tenantId === tenant) &&
    (stream === undefined || envelope.stream.startsWith(stream)) &&
    (types.length === 0 ||
      types.some((each) => each.test(envelope.type) || each.test(envelope.type.split('.').at(-1) ?? '')));
}

async function lineOf(registry: Registry, record: RawRecord, wanted: Filter): Promise<Line | null> {
  if (record.key === TECHNICAL_KEY) return null;
  let envelope: Envelope;
  try {
    envelope = fromHeaders(tenantId(record.key), record.headers);
  } catch {
    return null;
  }
  if (!wanted(envelope)) return null;
  const position = `${record.partition}:${record.offset}`;
  try {
    const { data } = await registry.decode(envelope.type, record.value);
    return { position, envelope, data, unreadable: null };
  } catch (error) {
    if (!(error instanceof UndecodableValue)) throw error;
    return { position, envelope, data: null, unreadable: error.message };
  }
}

const sayLine = (line: Line): void => say(JSON.stringify(line));

function showLine({ position, envelope, data, unreadable }: Line): void {
  const name = envelope.type.split('.').at(-1) ?? envelope.type;
  say(
    [
      paint('dim', envelope.time),
      paint('magenta', envelope.tenantId),
      paint('dim', `#${envelope.seq}`),
      paint(colourOf(name), name),
      paint('cyan', `${envelope.stream}@${envelope.version}`),
      paint('dim', `${envelope.actor}  ${position}`),
    ].join('  '),
  );
  say(`    ${unreadable === null ? JSON.stringify(data) : paint('red', unreadable)}`);
}

/** What went wrong is red, what came to an end well green. */
function colourOf(name: string): 'red' | 'green' | 'yellow' {
  if (/Failed|Blocked|Rejected|Canceled|Regression|Erased|RolledBack/.test(name)) return 'red';
  return /Completed|Sanitized|Succeeded|Approved|Promoted|Registered|Moved/.test(name) ? 'green' : 'yellow';
}
