import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import process from 'node:process';
import { Readable } from 'node:stream';
import type { FtmClient } from '@ftm/api/client';
import type { AnswerOf, BodyOf } from '@ftm/api/endpoints';
import { calling, clientOf, refusable, type ApiOptions } from '../api-options.ts';
import { CannotRun } from '../cannot-run.ts';
import { noteOptions, notesOf, type NoteOptions } from '../labels.ts';
import { count, paint, progressBar, say, sayJson, table } from '../output.ts';

interface Options extends ApiOptions, NoteOptions {
  readonly project: string;
  readonly name?: string;
  readonly assistant?: string;
  readonly from?: string;
  readonly to?: string;
  readonly outcome?: Body['source']['outcome'];
  readonly tag: readonly string[];
  readonly upload?: string;
  readonly dataset: readonly string[];
  readonly limit?: number;
  readonly sample?: number;
  readonly format: Body['output_format'];
  readonly near?: number | true;
  readonly semantic?: number;
  readonly embedder?: string;
  readonly contamination: NonNullable<Body['contamination']>['policy'];
  readonly split: NonNullable<Body['split']>['by'];
  readonly validation: number;
  readonly seed: number;
  readonly model?: string;
  readonly profile: string;
  readonly wait: boolean;
  readonly json?: boolean;
}

const POLL_MS = 300;
const collect = (value: string, before: readonly string[]): string[] => [...before, value];

/** What is no number would be no limit at all. */
const numberOf =
  (option: string) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value))
      throw new CannotRun(`${option} must be a number, not ${text}`);
    return value;
  };

export function buildCommand(): Command {
  return calling(
    noteOptions(new Command('build'))
      .description('build a dataset from traces, a file of rows or earlier datasets, and show how far it is')
      .requiredOption('--project <id>', 'whose traces, and whose dataset')
      .option('--name <slug>', 'name of the dataset')
      .option('--assistant <id>', 'only traces of this assistant')
      .option('--from <time>', 'only traces from this time on (ISO 8601)')
      .option('--to <time>', 'only traces before this time (default: now)')
      .addOption(
        new Option('--outcome <outcome>', 'only traces that ended so').choices([
          'resolved',
          'unresolved',
          'unknown',
        ]),
      )
      .option('--tag <tag>', 'only traces with this tag; may be repeated', collect, [])
      .option('--upload <file>', 'a JSONL file instead of traces; it is sanitised while it is sent')
      .option('--dataset <id>', 'an earlier dataset instead of traces; may be repeated', collect, [])
      .option('--limit <rows>', 'at most so many rows', numberOf('--limit'))
      .option('--sample <share>', 'only such a share of the rows, 0 to 1', numberOf('--sample'))
      .addOption(
        new Option('--format <format>', 'of the rows')
          .choices(['jsonl_chat', 'jsonl_prompt_completion', 'jsonl_preference'])
          .default('jsonl_chat'),
      )
      .option('--near [similarity]', 'leave near-duplicates out (default similarity .8)', numberOf('--near'))
      .option('--semantic <similarity>', 'leave rows out that mean the same', numberOf('--semantic'))
      .option('--embedder <name>', 'what says so: static, or provider:<model> (default: hashed n-grams)')
      .addOption(
        new Option('--contamination <policy>', 'what is done about rows that an eval suite asks, too')
          .choices(['block', 'drop'])
          .default('block'),
      )
      .addOption(
        new Option('--split <by>', 'how validation rows are chosen')
          .choices(['random', 'stratified', 'grouped', 'time'])
          .default('random'),
      )
      .option('--validation <share>', 'share of validation rows, 0 to .5', numberOf('--validation'), 0.1)
      .option('--seed <n>', 'of the split and the sample', numberOf('--seed'), 0)
      .option('--model <base model>', 'that it is meant for: decides how tokens are counted')
      .option('--profile <profile>', 'of TRiSM', 'default')
      .addOption(new Option('--no-wait', 'only ask for it'))
      .option('--json', 'machine-readable'),
  ).action((options: Options) => refusable(() => build(options)));
}

async function build(options: Options): Promise<void> {
  const client = clientOf(options);
  const uploadId = options.upload === undefined ? undefined : await upload(client, options, options.upload);
  const { body: asked } = await client.call('POST /v1/datasets', { body: bodyOf(options, uploadId) });
  const dataset = options.wait ? await watch(client, asked.id) : asked;
  if (options.json === true) sayJson(dataset);
  else sayDataset(dataset);
  if (options.wait && dataset.status !== 'ready') process.exitCode = 1;
}

type Dataset = AnswerOf<'GET /v1/datasets/{id}'>;
type Body = BodyOf<'POST /v1/datasets'>;

function bodyOf(options: Options, uploadId: string | undefined): Body {
  const kind =
    uploadId !== undefined ? 'upload' : options.dataset.length > 0 ? 'dataset' : 'orchestrator_traces';
  return {
    project_id: options.project,
    assistant_id: options.assistant,
    name: options.name,
    ...notesOf(options),
    source: {
      kind,
      from: options.from,
      to: options.to,
      outcome: options.outcome,
      tags: options.tag.length > 0 ? [...options.tag] : undefined,
      upload_id: uploadId,
      dataset_ids: options.dataset.length > 0 ? [...options.dataset] : undefined,
      limit: options.limit,
      sample_fraction: options.sample,
    },
    output_format: options.format,
    dedup: {
      near: options.near !== undefined,
      near_threshold: typeof options.near === 'number' ? options.near : undefined,
      semantic_threshold: options.semantic,
      semantic_embedder: options.embedder,
    },
    contamination: { policy: options.contamination },
    split: { by: options.split, validation_fraction: options.validation, seed: options.seed },
    target_model: options.model,
    sanitizer_profile: options.profile,
  };
}

async function upload(client: FtmClient, options: Options, file: string): Promise<string> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw new CannotRun(`${file} cannot be read: ${(error as Error).message}`);
  });
  const query = {
    project_id: options.project,
    output_format: options.format,
    sanitizer_profile: options.profile,
  };
  const bar = progressBar('sending', 'bytes');
  const { body } = await client
    .upload(query, () => {
      let sent = 0;
      const stream = createReadStream(file);
      stream.on('data', (part) => {
        sent += part.length;
        bar.tell(sent, size, sent);
      });
      return Readable.toWeb(stream) as ReadableStream<Uint8Array>;
    })
    .finally(() => bar.end());
  if (options.json !== true)
    say(`Upload ${body.id}: ${count(body.rows_read)} rows, ${count(body.rows_rejected)} of them rejected.`);
  return body.id;
}

async function watch(client: FtmClient, id: string): Promise<Dataset> {
  let stage: string = 'waiting';
  let bar = progressBar(stage, 'rows');
  try {
    for (;;) {
      const { body } = await client.call('GET /v1/datasets/{id}', { params: { id } });
      if (body.status !== 'building' && body.status !== 'pending_sanitization') return body;
      const { progress } = body;
      if (progress !== null && progress.stage !== stage) {
        bar.end();
        stage = progress.stage;
        bar = progressBar(stage, 'rows');
      }
      bar.tell(0, Number.NaN, progress?.rows_read ?? 0);
      await sleep(POLL_MS);
    }
  } finally {
    bar.end();
  }
}

const STYLE: Readonly<Record<string, 'green' | 'red'>> = { ready: 'green', blocked: 'red', failed: 'red' };

function sayDataset(dataset: Dataset): void {
  const { status, failure } = dataset;
  say(`${paint('bold', `Dataset ${dataset.id}`)}: ${paint(STYLE[status] ?? 'yellow', status)}`);
  if (status === 'ready') {
    const number = (value: number | null): string => (value === null ? '' : count(value));
    say(
      table(
        ['', 'rows', 'tokens'],
        [
          ['train', number(dataset.train_rows), number(dataset.train_tokens)],
          ['validation', number(dataset.validation_rows), number(dataset.validation_tokens)],
          ['rejected', number(dataset.rows_rejected), ''],
        ],
      ),
    );
    for (const { code, count: n } of dataset.rejected_by_code ?? []) say(`  ${code.padEnd(36)} ${count(n)}`);
    say(`content ${dataset.content_sha256 ?? ''}`);
  }
  for (const { code, message } of dataset.reasons ?? []) say(`${paint('red', code)}: ${message}`);
  if (failure !== null) say(`${paint('red', failure.code)}: ${failure.message}\n${failure.remedy}`);
}
