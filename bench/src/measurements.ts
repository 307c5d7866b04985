import { reportCommands } from './command-report.ts';
import { measureVisibility } from './commands.ts';
import { measureCostCurve } from './cost-curve.ts';
import { measureDedup } from './dedup.ts';
import { measurePii } from './pii.ts';
import { measureHeldOutPii } from './pii-held-out.ts';
import { measurePipeline, STAGES, type Stages } from './pipeline.ts';
import { measurePipelineSteps } from './pipeline-steps.ts';
import { print } from './print.ts';
import { measureProjection } from './projection.ts';
import { measureRows } from './rows.ts';
import type { Run } from './run.ts';
import { measureTokens } from './tokens.ts';
import { measureVerify } from './verify.ts';

/** In the order in which they run; `--only` names them. */
export const MEASUREMENTS: readonly { readonly name: string; run(run: Run): Promise<void> }[] = [
  { name: 'commands', run: reportCommands },
  { name: 'visibility', run: visibility },
  { name: 'projection', run: projection },
  { name: 'verify', run: verify },
  { name: 'cost-curve', run: costCurve },
  { name: 'rows', run: rows },
  { name: 'pii', run: pii },
  { name: 'pii-held-out', run: heldOutPii },
  { name: 'dedup', run: dedup },
  { name: 'tokens', run: tokens },
  { name: 'pipeline', run: pipeline },
  { name: 'pipeline-steps', run: pipelineSteps },
];

async function visibility({ system }: Run): Promise<void> {
  const visible = await measureVisibility((await system()).apiUrls[0] ?? '', 200);
  print(
    'From the answer of a command to the read that shows it',
    ['reads', 'p50 ms', 'p95 ms', 'p99 ms'],
    [[String(visible.count), visible.p50.toFixed(1), visible.p95.toFixed(1), visible.p99.toFixed(1)]],
  );
}

/** Of the log that the measurements before it have left. */
async function projection({ env, system }: Run): Promise<void> {
  const { events, projected, consumed, copied } = await measureProjection(await system(), env);
  print(
    'Projection of the whole log into an empty journal and empty read models, from one partition',
    ['events', 'projected/s', 'raw consume/s', 'bulk insert/s', 'ours / consume', 'ours / insert'],
    [
      [
        String(events),
        projected.toFixed(0),
        consumed.toFixed(0),
        copied.toFixed(0),
        (projected / consumed).toFixed(3),
        (projected / copied).toFixed(3),
      ],
    ],
  );
}

async function verify({ env, events }: Run): Promise<void> {
  const rates = await measureVerify(env, events);
  const raw = rates.find(({ work }) => work.startsWith('raw'));
  print(
    `ftm audit verify of ${events} events: hashes, chains, trees, schemas; against a kafkajs consumer that looks at nothing`,
    ['work', 'events/s', 'of raw', 'events/CPU s', 'of raw'],
    rates.map((rate) => [
      rate.work,
      rate.eventsPerSecond.toFixed(0),
      (rate.eventsPerSecond / (raw?.eventsPerSecond ?? NaN)).toFixed(2),
      rate.eventsPerCpuSecond.toFixed(0),
      (rate.eventsPerCpuSecond / (raw?.eventsPerCpuSecond ?? NaN)).toFixed(2),
    ]),
  );
}

async function costCurve({ env, events }: Run): Promise<void> {
  const lengths = [10_000, 100_000, 1_000_000].filter((each) => each < events);
  const { costs, rebuilds } = await measureCostCurve(
    env,
    [...lengths, events],
    // The longest takes a while.
    (cost) => console.error(`  ${cost.events} events: ${cost.work}: ${cost.seconds.toFixed(1)} s`),
  );
  print(
    'What it costs to read a log of so many events; the start of each process is in its time',
    ['work', ...[...lengths, events].flatMap((each) => [`${each}: s`, 'CPU s', 'CPU µs/event', 'peak MB'])],
    [...new Set(costs.map(({ work }) => work))].map((work) => [
      work,
      ...costs
        .filter((cost) => cost.work === work)
        .flatMap((cost) => [
          cost.seconds.toFixed(1),
          cost.cpuSeconds.toFixed(1),
          ((1e6 * cost.cpuSeconds) / cost.events).toFixed(0),
          Number.isNaN(cost.peakMb) ? '' : cost.peakMb.toFixed(0),
        ]),
    ]),
  );
  print(
    'A rebuild of the read models beside the live ones; the limit: COPY of the same rows into a table without an index',
    ['events', 'rows', 'events/s', 'rows/s', 'COPY rows/s', 'ours / COPY'],
    rebuilds.map((each) => [
      String(each.events),
      String(each.rows),
      each.eventsPerSecond.toFixed(0),
      each.rowsPerSecond.toFixed(0),
      each.copiedRowsPerSecond.toFixed(0),
      (each.rowsPerSecond / each.copiedRowsPerSecond).toFixed(3),
    ]),
  );
}

async function rows(): Promise<void> {
  print(
    'Reading and checking of rows, a second of processor time; beside it: JSON.parse of the same lines',
    ['rows', 'bytes a row', 'checked MB/s', 'parsed MB/s', 'ours / parse'],
    (await measureRows()).map((each) => [
      each.what,
      each.rowBytes.toFixed(0),
      each.validatedMBPerS.toFixed(0),
      each.parsedMBPerS.toFixed(0),
      each.validatedToParsed.toFixed(2),
    ]),
  );
}

async function pii(): Promise<void> {
  print(
    'Finding of personal data, a second of processor time; beside it: a loop over the same text that does nothing',
    ['what', 'MB/s', 'of bare scan', 'P', 'R', 'F1'],
    measurePii().map(({ what, megabytesPerSecond, ofBareScan, score }) => [
      what,
      megabytesPerSecond.toFixed(1),
      ofBareScan.toFixed(3),
      ...(score === null ? ['', '', ''] : [score.precision, score.recall, score.f1].map((n) => n.toFixed(3))),
    ]),
  );
}

async function heldOutPii(): Promise<void> {
  const measured = await measureHeldOutPii();
  if ('skipped' in measured) {
    console.log(`\nPersonal data in sentences that no rule was tuned on: skipped: ${measured.skipped}`);
    return;
  }
  const { versions, sentences, scores } = measured;
  print(
    `Structured personal data in ${sentences} sentences that no rule was tuned on, by exact offsets (${Object.entries(versions).flat().join(' ')})`,
    ['types', 'FTM P', 'R', 'F1', 'Presidio P', 'R', 'F1'],
    scores.map(({ types, ours, presidio }) => [
      types,
      ...[ours, presidio].flatMap(({ precision, recall, f1 }) =>
        [precision, recall, f1].map((each) => each.toFixed(3)),
      ),
    ]),
  );
}

async function dedup(): Promise<void> {
  const { documents, sketched, deduplicated, recall, precision, peers } = await measureDedup();
  print(
    `Near-duplicates among ${documents} customer questions with planted copies, documents a second of processor time`,
    ['library', 'sketches/s', 'documents/s', 'recall', 'precision'],
    [
      ['FTM', sketched.toFixed(0), deduplicated.toFixed(0), recall.toFixed(3), precision.toFixed(3)],
      ...peers.map((peer) =>
        'skipped' in peer
          ? [peer.library, `skipped: ${peer.skipped}`, '', '', '']
          : [
              `${peer.library} ${peer.version}`,
              peer.sketchesPerSecond.toFixed(0),
              peer.documentsPerSecond.toFixed(0),
              peer.recall.toFixed(3),
              '',
            ],
      ),
    ],
  );
}

async function tokens(): Promise<void> {
  const rates = await measureTokens();
  print(
    'Counting of tokens (o200k_base) on one core, beside the library whose vocabulary it uses',
    ['texts', 'differing', 'MB/s', 'library MB/s', 'ours / library', 'tenfold run takes', 'library’s takes'],
    [
      [
        String(rates.texts),
        String(rates.differing),
        rates.ours.toFixed(1),
        rates.library.toFixed(1),
        rates.oursPerLibrary.toFixed(2),
        `×${rates.growthOfTenfoldRun.toFixed(1)}`,
        `×${rates.libraryGrowthOfTenfoldRun.toFixed(1)}`,
      ],
    ],
  );
}

async function pipeline({ megabytes }: Run): Promise<void> {
  const runs = await measurePipeline([10, 100, 1000].filter((each) => each <= megabytes));
  print(
    'The dataset pipeline, from a JSONL body to encrypted files, two threads; the sanitiser answers at once and the store is files. In brackets: MB a second of processor time',
    [
      'MB',
      'rows',
      'kept',
      'peak MB',
      'of the first',
      ...STAGES.map((stage) => `${stage} MB/s`),
      'whole MB/s',
    ],
    runs.map((run) => {
      const size = run.bytes / 1e6;
      const total = (of: Stages): number => STAGES.reduce((sum, stage) => sum + of[stage], 0);
      const rate = (wall: number, cpu: number): string =>
        `${(size / wall).toFixed(1)} (${(size / cpu).toFixed(1)})`;
      return [
        size.toFixed(0),
        String(run.rows),
        String(run.kept),
        run.peakMb.toFixed(0),
        (run.peakMb / (runs[0]?.peakMb ?? NaN)).toFixed(2),
        ...STAGES.map((stage) => rate(run.seconds[stage], run.cpuSeconds[stage])),
        rate(total(run.seconds), total(run.cpuSeconds)),
      ];
    }),
  );
}

async function pipelineSteps({ megabytes }: Run): Promise<void> {
  const { bytes, ours, peer } = await measurePipelineSteps(Math.min(megabytes, 20));
  const size = bytes / 1e6;
  const total = (seconds: Readonly<Record<string, number>>): number =>
    Object.values(seconds).reduce((sum, each) => sum + each, 0);
  const compared = 'skipped' in peer ? null : peer;
  const row = (name: string, mine: number, theirs: number | undefined): string[] => [
    name,
    (size / mine).toFixed(1),
    theirs === undefined ? '' : (size / theirs).toFixed(1),
    theirs === undefined ? '' : (theirs / mine).toFixed(2),
  ];
  print(
    `The steps of the dataset pipeline over ${size.toFixed(0)} MB of rows in one thread, MB a second of processor time, beside the same steps in Python (${
      'skipped' in peer
        ? `skipped: ${peer.skipped}`
        : Object.entries(peer.versions)
            .map(([name, version]) => `${name} ${version}`)
            .join(', ')
    })`,
    ['step', 'FTM MB/s', 'Python MB/s', 'FTM / Python'],
    [
      ...Object.entries(ours.seconds).map(([name, mine]) => row(name, mine, compared?.seconds[name])),
      row('whole', total(ours.seconds), compared === null ? undefined : total(compared.seconds)),
    ],
  );
  console.log(
    `kept rows: FTM ${ours.kept}, Python ${compared?.kept ?? '-'}; tokens of them: ${ours.tokens}, ${compared?.tokens ?? '-'}`,
  );
}
