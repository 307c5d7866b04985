import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** Processor seconds by part of the system. Another program on the machine makes all of it slower, but not dearer: that is why it is measured. */
export type ProcessorTime = ReadonlyMap<string, number>;

interface Proc {
  readonly pid: number;
  readonly parent: number;
  readonly seconds: number;
  readonly command: string;
}

/** This process. */
export const CLIENT = 'client';
/** Shells of the sandbox that look whether it is still there. */
export const WATCHERS = 'watchers';

/** What a process is, by its command line; the first that fits. */
const PARTS: readonly (readonly [name: string, pattern: RegExp])[] = [
  [WATCHERS, /FTM_WATCHED_PARENT/],
  ['command-api', /services\/command-api\//],
  ['projector', /services\/projector\//],
  ['runners', /services\/runners\//],
  ['Orchestrator simulator', /src\/orchestrator\/|dist\/orchestrator\//],
  ['provider simulator', /src\/provider\/|dist\/provider\//],
  ['Kafka', /kafka\.Kafka/],
  ['registry', /apicurio/],
  ['Postgres', /\bpostgres\b/],
  ['S3', /s3proxy|versitygw/],
];
const TICKS_A_SECOND = 100;

/** Of this process and all that it has started, directly or not, since they started. Empty where there is no `/proc`. */
export function processorTime(): ProcessorTime {
  const all = readProcesses();
  const sums = new Map<string, number>();
  for (const proc of descendants(all, process.pid)) {
    const name = proc.pid === process.pid ? CLIENT : nameOf(proc, all);
    sums.set(name, (sums.get(name) ?? 0) + proc.seconds);
  }
  return sums;
}

export function spentSince(before: ProcessorTime): Map<string, number> {
  return new Map(
    [...processorTime()].map(([name, seconds]) => [name, Math.max(0, seconds - (before.get(name) ?? 0))]),
  );
}

/** A child that says nothing of itself, as a worker of a service, is its parent's. */
function nameOf(proc: Proc, all: ReadonlyMap<number, Proc>): string {
  for (let each: Proc | undefined = proc; each !== undefined; each = all.get(each.parent)) {
    if (each.pid === process.pid) break;
    const { command } = each;
    const found = PARTS.find(([, pattern]) => pattern.test(command));
    if (found !== undefined) return found[0];
  }
  return 'other';
}

function descendants(all: ReadonlyMap<number, Proc>, root: number): Proc[] {
  const isOurs = (proc: Proc): boolean => {
    for (let each: Proc | undefined = proc; each !== undefined; each = all.get(each.parent))
      if (each.pid === root) return true;
    return false;
  };
  return [...all.values()].filter(isOurs);
}

function readProcesses(): Map<number, Proc> {
  const found = new Map<number, Proc>();
  for (const name of readable('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const proc = readProcess(Number(name));
    if (proc !== undefined) found.set(proc.pid, proc);
  }
  return found;
}

function readable(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Undefined for one that has ended meanwhile. Children that it has waited for are in its time: Postgres's connections come and go. */
function readProcess(pid: number): Proc | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before them is in brackets, and may have blanks and brackets in it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const times = fields.slice(11, 15).map(Number);
    return {
      pid,
      parent: Number(fields[1]),
      seconds: times.reduce((sum, each) => sum + each, 0) / TICKS_A_SECOND,
      command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '),
    };
  } catch {
    return undefined;
  }
}
