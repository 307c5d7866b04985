import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { detect } from '@ftm/pii/detect';
import { LABELLED_STRUCTURED, readLabelled, score, type Score } from '@ftm/pii/testing/labelled';
import { negativeLines } from '@ftm/pii/testing/negatives';
import { ALL_TYPES, STRUCTURED, type PiiType } from '@ftm/pii/types';

export interface PiiMeasurement {
  readonly what: string;
  readonly megabytesPerSecond: number;
  /** Against a single pass over the same text that looks at every code unit and does nothing. */
  readonly ofBareScan: number;
  readonly score: Score | null;
}

const ROUNDS = 7;
const PASSES = 5;
const NEGATIVE_LINES = 20_000;
const NEGATIVE_SEED = 20261201;

/**
 * Best of some rounds, in processor time, so that a busy machine counts for little, over sentences that people
 * labelled, each with some personal data: structured types, everything, lines that have none, and Presidio's patterns where
 * `FTM_BENCH_PYTHON` names a Python that has `presidio-analyzer`.
 */
export function measurePii(): PiiMeasurement[] {
  const rows = readLabelled();
  const texts = rows.map(({ text }) => text);
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const bare = best(bytes, () => texts.reduce((sum, text) => sum + scan(text), 0));
  const of = (what: string, types: readonly PiiType[], scored: readonly PiiType[]): PiiMeasurement => {
    const speed = best(bytes, () => texts.reduce((sum, text) => sum + detect(text, types).length, 0));
    return { what, megabytesPerSecond: speed, ofBareScan: speed / bare, score: score(rows, scored, 'exact') };
  };
  return [
    { what: 'bare scan', megabytesPerSecond: bare, ofBareScan: 1, score: null },
    of('structured types and secrets', STRUCTURED, LABELLED_STRUCTURED),
    of('all types; score of persons', ALL_TYPES, ['PERSON']),
    negatives(bare),
    ...presidio(texts, bytes, bare),
  ];
}

/** Sums, code, logs, tables and versions: nothing should be found in them. */
function negatives(bare: number): PiiMeasurement {
  const texts = negativeLines(NEGATIVE_SEED, NEGATIVE_LINES).map(({ text }) => text);
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const taken = texts.filter((text) => detect(text).length > 0).length;
  const speed = best(bytes, () => texts.reduce((sum, text) => sum + detect(text).length, 0));
  const what = `${texts.length} lines without any: found in ${taken}`;
  return { what, megabytesPerSecond: speed, ofBareScan: speed / bare, score: null };
}

function scan(text: string): number {
  let sum = 0;
  for (let at = 0; at < text.length; at += 1) sum = (sum + text.charCodeAt(at)) | 0;
  return sum;
}

function best(bytes: number, work: () => number): number {
  let shortest = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = process.cpuUsage();
    for (let pass = 0; pass < PASSES; pass += 1)
      if (Number.isNaN(work())) throw new RangeError('nothing was counted');
    const { user, system } = process.cpuUsage(start);
    shortest = Math.min(shortest, (user + system) / 1000 / PASSES);
  }
  return bytes / 1000 / shortest;
}

/** Presidio's pattern recognisers alone, without its language model. */
const PRESIDIO = `
import json, sys, time
from presidio_analyzer.predefined_recognizers import (CreditCardRecognizer, EmailRecognizer, IbanRecognizer, IpRecognizer, PhoneRecognizer, UrlRecognizer, UsSsnRecognizer)
texts = json.load(sys.stdin)
recognizers = [r() for r in (CreditCardRecognizer, EmailRecognizer, IbanRecognizer, IpRecognizer, PhoneRecognizer, UrlRecognizer, UsSsnRecognizer)]
start = time.process_time()
for text in texts:
    for recognizer in recognizers:
        recognizer.analyze(text, recognizer.supported_entities, None)
print(time.process_time() - start)
`;

function presidio(texts: readonly string[], bytes: number, bare: number): PiiMeasurement[] {
  const python = process.env['FTM_BENCH_PYTHON'];
  if (python === undefined) return [];
  const run = spawnSync(python, ['-c', PRESIDIO], { input: JSON.stringify(texts), encoding: 'utf8' });
  const seconds = Number(run.stdout.trim().split('\n').at(-1));
  if (run.status !== 0 || !(seconds > 0)) return [];
  const speed = bytes / 1e6 / seconds;
  return [{ what: 'Presidio’s patterns', megabytesPerSecond: speed, ofBareScan: speed / bare, score: null }];
}
