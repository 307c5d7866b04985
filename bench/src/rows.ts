import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { rowRules } from '@ftm/dataset/rows/rules';
import { validateStream } from '@ftm/dataset/rows/validate-stream';
import { banking77 } from '@ftm/sandbox/orchestrator/traces/banking77';

export interface RowsMeasurement {
  readonly what: string;
  /** Mean length of a row. */
  readonly rowBytes: number;
  /** Read and checked by the provider's rules, a second of processor time. */
  readonly validatedMBPerS: number;
  /** `JSON.parse` of the same lines, decoded and cut already: nothing that reads JSON in this language is faster. */
  readonly parsedMBPerS: number;
  readonly validatedToParsed: number;
}

const CHUNK_BYTES = 256 * 1024;
const DATA = join(import.meta.dirname, '../../sandbox/data');

/**
 * Reading and checking of rows, against bare parsing in the same run: short rows of one question, and dialogues. By
 * processor time of this process, so that neighbours on the machine count little; the best of `rounds` takes of each,
 * in turns.
 */
export async function measureRows({ megabytes = 30, rounds = 5 } = {}): Promise<RowsMeasurement[]> {
  const questions = banking77('train').map(({ text, category }) =>
    JSON.stringify({
      messages: [
        { role: 'system', content: 'Answer with the intent of the customer question.' },
        { role: 'user', content: text },
        { role: 'assistant', content: category },
      ],
    }),
  );
  const dialogues = readFileSync(join(DATA, 'sgd-dialogues.jsonl'), 'utf8').trimEnd().split('\n');
  const measured: RowsMeasurement[] = [];
  for (const [what, some] of [
    ['questions', questions],
    ['dialogues', dialogues],
  ] as const) {
    const lines = repeated(some, megabytes * 1e6);
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    let validatedMs = Infinity;
    let parsedMs = Infinity;
    for (let round = 0; round < rounds; round += 1) {
      validatedMs = Math.min(validatedMs, await processorMs(() => validate(bytes, lines.length)));
      parsedMs = Math.min(parsedMs, await processorMs(() => parse(lines)));
    }
    measured.push({
      what,
      rowBytes: bytes.length / lines.length,
      validatedMBPerS: bytes.length / 1e3 / validatedMs,
      parsedMBPerS: bytes.length / 1e3 / parsedMs,
      validatedToParsed: parsedMs / validatedMs,
    });
  }
  return measured;
}

function repeated(lines: readonly string[], totalBytes: number): string[] {
  const all: string[] = [];
  for (let bytes = 0; bytes < totalBytes;) {
    const line = lines[all.length % lines.length] ?? '{}';
    all.push(line);
    bytes += line.length + 1;
  }
  return all;
}

async function validate(bytes: Buffer, expected: number): Promise<void> {
  const { rows, summary } = validateStream(chunksOf(bytes), rowRules({ format: 'jsonl_chat' }));
  for await (const { rejections } of rows) if (rejections.length > 0) break;
  if (summary().accepted !== expected) throw new Error('a clean row was refused');
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

async function parse(lines: readonly string[]): Promise<void> {
  let rows = 0;
  for (const line of lines) if (typeof JSON.parse(line) === 'object') rows += 1;
  if (rows !== lines.length) throw new Error('a row is no object');
}

async function processorMs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
