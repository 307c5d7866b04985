import { Command, Option } from 'commander';
import process from 'node:process';
import { detectFormat } from '@ftm/dataset/rows/detect-format';
import type { RowFormat, RowRejection } from '@ftm/dataset/rows/row';
import { rowRules, type RowRules } from '@ftm/dataset/rows/rules';
import { validateStream, type StreamSummary } from '@ftm/dataset/rows/validate-stream';
import { CannotRun } from '../cannot-run.ts';
import { count, paint, progressBar, say, sayJson, table } from '../output.ts';
import { openRows, type RowsSource } from './source.ts';

const FORMATS = {
  chat: 'jsonl_chat',
  'prompt-completion': 'jsonl_prompt_completion',
  preference: 'jsonl_preference',
  reinforcement: 'jsonl_reinforcement',
} as const satisfies Record<string, RowFormat>;

interface Options {
  readonly format?: keyof typeof FORMATS;
  readonly provider: RowRules['provider'];
  readonly images?: true;
  readonly max: number;
  readonly json?: true;
}

interface ShownRejection extends RowRejection {
  readonly line: number;
}

interface Validation {
  readonly format: RowFormat;
  readonly summary: StreamSummary;
  readonly shown: readonly ShownRejection[];
  readonly seconds: number;
}

export function validateCommand(): Command {
  return new Command('validate')
    .description(
      'check a training file by the provider’s rules, offline: every row, every problem (exit code 1)',
    )
    .argument('<file>', 'JSON lines; gzipped when the name ends in .gz; - is standard input')
    .addOption(
      new Option('--format <format>', 'default: what most of the first rows look like').choices(
        Object.keys(FORMATS),
      ),
    )
    .addOption(
      new Option('--provider <provider>', 'whose rules').choices(['openai', 'azure']).default('openai'),
    )
    .option('--images', 'allow images')
    .addOption(
      new Option('--max <n>', 'rejections that are listed; all are counted')
        .argParser(wholeNumber)
        .default(20),
    )
    .option('--json', 'machine-readable')
    .action(async (file: string, options: Options) => {
      const source = await openRows(file);
      const validation = await validate(source, options);
      if (!validation.summary.valid) process.exitCode = 1;
      if (options.json === true) sayJson(asJson(file, validation));
      else sayValidation(source.name, validation, options.format === undefined);
    });
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new CannotRun(`--max must be a whole number, 0 or more`);
  return Number(text);
}

async function validate(source: RowsSource, options: Options): Promise<Validation> {
  const began = performance.now();
  const bar = progressBar('validating', 'rows');
  const shown: ShownRejection[] = [];
  try {
    const { format: detected, source: chunks } = await detectFormat(source.chunks);
    const format = options.format === undefined ? (detected ?? 'jsonl_chat') : FORMATS[options.format];
    const rules = rowRules({
      format,
      provider: options.provider,
      ...(options.images === true ? { images: 'allowed' } : {}),
    });
    const { rows, summary } = validateStream(chunks, rules);
    let seen = 0;
    for await (const { line, rejections } of rows) {
      seen += 1;
      for (const each of rejections) if (shown.length < options.max) shown.push({ line, ...each });
      if (seen % 1000 === 0) bar.tell(source.readBytes(), source.totalBytes, seen);
    }
    return { format, summary: summary(), shown, seconds: (performance.now() - began) / 1000 };
  } catch (error) {
    throw source.failure(error);
  } finally {
    bar.end();
  }
}

function asJson(file: string, { format, summary, shown, seconds }: Validation): unknown {
  const { valid, lines, rows, accepted, rejected, rowsWithImages, bytes } = summary;
  return {
    file,
    format,
    valid,
    lines,
    rows,
    accepted,
    rejected,
    rows_with_images: rowsWithImages,
    bytes,
    causes: summary.causes,
    findings: summary.findings,
    warnings: summary.warnings,
    rejections: shown,
    seconds: Number(seconds.toFixed(3)),
  };
}

function sayValidation(
  name: string,
  { format, summary, shown, seconds }: Validation,
  detected: boolean,
): void {
  const { valid, rows, rejected, bytes, causes, findings, warnings } = summary;
  const megabytes = bytes / 1e6;
  say(
    `${paint('bold', name)}: ${format}${detected ? ' (by its first rows)' : ''}, ${count(rows)} rows, ${megabytes.toFixed(1)} MB, ${seconds.toFixed(1)} s, ${(megabytes / seconds).toFixed(0)} MB/s`,
  );
  if (causes.length > 0) {
    say(`\n${paint('red', `${count(rejected)} rows are rejected`)}`);
    say(
      table(
        ['cause', 'problems', 'rows', 'remedy'],
        causes.map((each) => [each.code, count(each.count), count(each.rows), each.remedy]),
      ),
    );
  }
  if (shown.length > 0) {
    const all = causes.reduce((total, each) => total + each.count, 0);
    say(
      `\n${shown.length < all ? `The first ${count(shown.length)} of ${count(all)} problems` : 'All problems'}`,
    );
    say(
      table(
        ['line', 'path', 'cause', 'what is wrong'],
        shown.map((each) => [String(each.line), each.path, each.code, each.message]),
      ),
    );
  }
  if (findings.length + warnings.length > 0) say();
  for (const each of findings) say(`${paint('red', '✗')} ${each.code}: ${each.message}; ${each.remedy}`);
  for (const each of warnings) say(`${paint('yellow', '!')} ${each.code}: ${each.message}`);
  if (valid) say(`${paint('green', '✓')} the provider’s rules are met`);
}
