import { Command, Option } from 'commander';
import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import type { SnapshotEnd } from '@ftm/audit/export-lines';
import type { NoteVerifier } from '@ftm/audit/signed-note';
import { createSnapshotReader, SnapshotRefused, type SnapshotHead } from '@ftm/audit/snapshot';
import { linesOf } from './audit/sources.ts';
import { CannotRun } from './cannot-run.ts';
import { operating, type OperatorOptions } from './operator-options.ts';
import { count, paint, progressBar, say, sayJson, table } from './output.ts';
import { needing, operatorsOf, trustedOf, type Settings } from './settings.ts';
import { printable } from '@ftm/report/printable';

interface Read {
  readonly end: SnapshotEnd;
  readonly heads: readonly SnapshotHead[];
}

export function snapshotCommand(): Command {
  return new Command('snapshot')
    .description(
      'the journal in a file, so that a new projector need not read the log from its beginning (npm run restore)',
    )
    .addCommand(createCommand())
    .addCommand(verifyCommand());
}

const FILE = 'gzipped JSON lines; its name ends in .gz';

function createCommand(): Command {
  return operating(
    new Command('create')
      .description('take one from a running projector, and verify it; an existing file is not touched')
      .argument('<file>', FILE),
  ).action(async (file: string, options: OperatorOptions) => {
    if (!file.endsWith('.gz')) throw new CannotRun('the name of a snapshot ends in .gz');
    if (existsSync(file)) throw new CannotRun(`${file} is there already`);
    const partial = `${file}.partial`;
    try {
      await pipeline(await snapshotOf(options), createWriteStream(partial, { mode: 0o600 }));
    } catch (error) {
      await rm(partial, { force: true });
      if (error instanceof CannotRun) throw error;
      throw new CannotRun('the snapshot broke off: the projector’s log says why', { cause: error });
    }
    // What is on the disk is what is verified, under another name until it is.
    const read = await readSnapshot(partial, []);
    await rename(partial, file);
    tell(read, options.json);
  });
}

function verifyCommand(): Command {
  return needing(
    new Command('verify')
      .description(
        'look through a snapshot and name the first thing that is wrong with it (exit code 1); audit verify --export names all',
      )
      .argument('<file>', FILE)
      .addOption(new Option('--json', 'machine-readable')),
    'trust',
  ).action(async (file: string, options: Settings & { readonly json?: boolean }) => {
    try {
      tell(await readSnapshot(file, trustedOf(options)), options.json);
    } catch (error) {
      if (!(error instanceof SnapshotRefused)) throw error;
      process.stderr.write(`${paint('red', 'not sound', process.stderr)}: ${printable(error.message)}\n`);
      process.exitCode = 1;
    }
  });
}

async function readSnapshot(file: string, trusted: readonly NoteVerifier[]): Promise<Read> {
  const reader = createSnapshotReader(trusted);
  const bar = progressBar('verifying');
  let events = 0;
  try {
    for await (const text of linesOf(file, true)) {
      if (reader.next(text).line.kind === 'event') events += 1;
      bar.tell(events, Number.NaN, events);
    }
    return reader.finish();
  } finally {
    bar.end();
  }
}

function tell({ end, heads }: Read, json = false): void {
  if (json) {
    sayJson({ ...end, covered: Object.fromEntries(heads.map((each) => [each.tenantId, each.covered])) });
    return;
  }
  say(
    `${paint('green', 'sound')}: ${count(end.events)} events of ${count(end.tenants.length)} tenants, SHA-256 ${end.sha256}`,
  );
  say(
    `the tail begins at ${Object.entries(end.positions)
      .map((each) => each.join(':'))
      .join(' ')}`,
  );
  const covered = new Map(heads.map((each) => [each.tenantId, each.covered]));
  say(
    table(
      ['tenant', 'events', 'vouched for', 'root'],
      end.tenants.map(({ tenantId, seq, root }) => [
        tenantId,
        count(seq),
        count(covered.get(tenantId) ?? 0),
        root.slice(0, 16),
      ]),
    ),
  );
}

async function snapshotOf(options: OperatorOptions): Promise<ReadableStream<Uint8Array>> {
  for (const operator of operatorsOf(options)) {
    const body = await operator.download('/snapshot');
    if (body !== null) return body;
  }
  throw new CannotRun('none of --operator is a projector');
}
