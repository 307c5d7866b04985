import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import process from 'node:process';

export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

export interface SpecTime {
  /** From the root of the repository. */
  readonly file: string;
  readonly seconds: number;
}

/** What is read of Jest's report. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
  }[];
}

/** Undefined: Jest has left none. */
export async function readReport(
  file: string,
): Promise<{ readonly count: Count; readonly times: readonly SpecTime[] } | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const report = JSON.parse(text) as JestReport;
  return {
    count: {
      passed: report.numPassedTests,
      failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
      skipped: report.numPendingTests,
    },
    times: report.testResults.map(({ name, startTime, endTime }) => ({
      file: relative(process.cwd(), name),
      seconds: (endTime - startTime) / 1000,
    })),
  };
}

/** Lines for a person, the slowest first. */
export const slowest = (times: readonly SpecTime[], count: number): string[] =>
  times
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, count)
    .map(({ file, seconds }) => `${seconds.toFixed(1).padStart(6)} s  ${file}`);
