import { execFile } from 'node:child_process';
import { mkdir, readFile, statfs } from 'node:fs/promises';
import process from 'node:process';
import { promisify } from 'node:util';
import { isFree } from './ports.ts';

const run = promisify(execFile);
const GIB = 2 ** 30;

/** Something is missing on this machine; one line for each problem, said before anything was started. */
export class PreflightError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'PreflightError';
    this.problems = problems;
  }
}

export interface PreflightOptions {
  /** Fixed ports that must be free, by the part that wants them. */
  readonly ports: Readonly<Record<string, number>>;
  readonly needJava: boolean;
  /** Only while something has yet to be downloaded. */
  readonly needMaven: boolean;
  readonly directories: readonly string[];
  readonly minFreeDiskBytes?: number;
  readonly minFreeMemoryBytes?: number;
}

/** @throws PreflightError with a line for each thing that is missing */
export async function preflight(options: PreflightOptions): Promise<void> {
  const problems = (
    await Promise.all([
      Promise.resolve(nodeProblem(process.versions.node)),
      ...(options.needJava ? [javaProblem()] : []),
      ...(options.needMaven ? [mavenProblem()] : []),
      memoryProblem(options.minFreeMemoryBytes ?? 2 * GIB),
      ...options.directories.map((each) => diskProblem(each, options.minFreeDiskBytes ?? 2 * GIB)),
      ...Object.entries(options.ports).map(([part, port]) => portProblem(part, port)),
    ])
  ).filter((each) => each !== undefined);
  if (problems.length > 0) throw new PreflightError(problems);
}

export function nodeProblem(version: string): string | undefined {
  const major = Number(version.split('.')[0]);
  return major >= 20 ? undefined : `Node ${version} is too old: 20 or newer is needed`;
}

/** @param banner what `java -version` prints */
export function javaVersion(banner: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(banner);
  return match === null ? undefined : Number(match[1]);
}

async function javaProblem(): Promise<string | undefined> {
  const banner = await run('java', ['-version']).then(
    ({ stderr }) => stderr,
    () => undefined,
  );
  if (banner === undefined)
    return 'Java was not found: install a JRE 17 or newer and put `java` on the PATH (it runs Kafka and the registry)';
  const version = javaVersion(banner);
  return version !== undefined && version >= 17
    ? undefined
    : `Java ${version ?? '(unknown version)'} is too old: 17 or newer is needed`;
}

async function mavenProblem(): Promise<string | undefined> {
  return run('mvn', ['--version']).then(
    () => undefined,
    () =>
      'Maven was not found: install it and put `mvn` on the PATH (it downloads Kafka, the registry and the S3 server once)',
  );
}

async function portProblem(part: string, port: number): Promise<string | undefined> {
  if (await isFree(port)) return undefined;
  return `port ${port} (${part}) is taken: end what listens there, or set FTM_PORT_${part.toUpperCase().replaceAll('-', '_')} to another one`;
}

async function diskProblem(directory: string, needed: number): Promise<string | undefined> {
  await mkdir(directory, { recursive: true });
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  return free >= needed ? undefined : `${directory} has ${gib(free)} GiB free: ${gib(needed)} GiB are needed`;
}

/** Only Linux says what is available; elsewhere the check is left out. */
async function memoryProblem(needed: number): Promise<string | undefined> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const match = /MemAvailable:\s+(\d+) kB/.exec(text);
  if (match === null) return undefined;
  const available = Number(match[1]) * 1024;
  return available >= needed
    ? undefined
    : `${gib(available)} GiB of memory are available: ${gib(needed)} GiB are needed`;
}

const gib = (bytes: number): string => (bytes / GIB).toFixed(1);
