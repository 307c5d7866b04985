import { setTimeout as sleep } from 'node:timers/promises';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import type { ProgressLine } from './progress.ts';

const run = promisify(execFile);
const JARS = join(import.meta.dirname, '../../jars');
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
const INSTALL_PLUGIN = 'org.apache.maven.plugins:maven-install-plugin:3.1.4';
const REGISTRY = 'io.apicurio:apicurio-registry-app:3.0.9:tar.gz:all';
const S3 = 'org.gaul:s3proxy:4.1.0:jar:jar-with-dependencies';
const STALE_LOCK_MS = 10 * 60_000;

/** Where the downloaded parts are. */
export interface Downloads {
  /** Directory with Kafka's jars. */
  readonly kafka: string;
  /** Directory with the unpacked registry. */
  readonly registry: string;
  /** The S3 server's jar. */
  readonly s3: string;
  /** For archives that speed up starts. */
  readonly cache: string;
}

export function cacheRoot(): string {
  return (
    process.env['FTM_CACHE_DIR'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ftm')
  );
}

/** Is everything there already? Then Maven is not needed. */
export async function cached(): Promise<boolean> {
  return exists(await cacheDirectory());
}

/**
 * The JVM parts, from the cache or by Maven: into a scratch directory, checked against the pinned SHA-256 sums, and only then moved to where the next
 * run looks. A download that was killed leaves no half of a cache.
 * @throws Error naming the file that is not the pinned one
 */
export async function download(onProgress: (line: ProgressLine) => void): Promise<Downloads> {
  const target = await cacheDirectory();
  if (!(await exists(target))) await withLock(target, () => fill(target, onProgress));
  return {
    kafka: join(target, 'kafka'),
    registry: join(target, 'registry'),
    s3: join(target, 's3', basename((await readdir(join(target, 's3')))[0] ?? '')),
    cache: target,
  };
}

/** Another version of anything gives another directory. */
async function cacheDirectory(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['pom.xml', 'apicurio-parent.xml', 'checksums.sha256'])
    hash.update(await readFile(join(JARS, file)));
  hash.update(REGISTRY).update(S3);
  return join(cacheRoot(), `jars-${hash.digest('hex').slice(0, 16)}`);
}

async function fill(target: string, onProgress: (line: ProgressLine) => void): Promise<void> {
  if (await exists(target)) return;
  await mkdir(cacheRoot(), { recursive: true });
  const scratch = await mkdtemp(join(cacheRoot(), 'partial-'));
  const started = Date.now();
  const tell = (detail: string): void =>
    onProgress({ part: 'download', state: 'downloading', detail, elapsedMs: Date.now() - started });
  try {
    tell('Kafka, 93 jars, 54 MB');
    await maven(
      '-f',
      join(JARS, 'pom.xml'),
      `${DEPENDENCY_PLUGIN}:copy-dependencies`,
      `-DoutputDirectory=${join(scratch, 'kafka')}`,
      '-DincludeScope=runtime',
    );
    tell('schema registry, 109 MB');
    const parent = join(JARS, 'apicurio-parent.xml');
    await maven(
      `${INSTALL_PLUGIN}:install-file`,
      `-Dfile=${parent}`,
      `-DpomFile=${parent}`,
      '-Dpackaging=pom',
    );
    await maven(
      `${DEPENDENCY_PLUGIN}:copy`,
      `-Dartifact=${REGISTRY}`,
      `-DoutputDirectory=${join(scratch, 'archives')}`,
    );
    tell('S3 server, 55 MB');
    await maven(`${DEPENDENCY_PLUGIN}:copy`, `-Dartifact=${S3}`, `-DoutputDirectory=${join(scratch, 's3')}`);
    tell('checking');
    await checkSums(scratch);
    await mkdir(join(scratch, 'registry'));
    for (const archive of await readdir(join(scratch, 'archives')))
      await run('tar', ['-xzf', join(scratch, 'archives', archive), '-C', join(scratch, 'registry')]);
    await rm(join(scratch, 'archives'), { recursive: true });
    await rename(scratch, target);
    onProgress({ part: 'download', state: 'ready', detail: target, elapsedMs: Date.now() - started });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Every downloaded file, `<directory>/<name>`, against `checksums.sha256`. A file without a sum is as wrong as one with another sum. */
async function checkSums(root: string): Promise<void> {
  const found = new Map<string, string>();
  for (const directory of ['kafka', 'archives', 's3']) {
    for (const file of (await readdir(join(root, directory))).sort())
      found.set(`${directory}/${file}`, await sha256(join(root, directory, file)));
  }
  if (process.env['FTM_WRITE_CHECKSUMS'] === '1') {
    await writeFile(
      join(JARS, 'checksums.sha256'),
      [...found].map(([file, sum]) => `${sum}  ${file}\n`).join(''),
    );
    return;
  }
  const pinned = new Map(
    (await readFile(join(JARS, 'checksums.sha256'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => [line.slice(66), line.slice(0, 64)] as const),
  );
  for (const [file, sum] of found) {
    if (pinned.get(file) !== sum)
      throw new Error(
        `${file} was downloaded with SHA-256 ${sum}, pinned is ${pinned.get(file) ?? 'nothing'}: refusing to run it`,
      );
  }
  for (const file of pinned.keys())
    if (!found.has(file)) throw new Error(`${file} is pinned and was not downloaded`);
}

async function maven(...args: readonly string[]): Promise<void> {
  await run('mvn', ['-q', '-B', ...args], { maxBuffer: 16e6 }).catch((error: unknown) => {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`Maven failed:\n${(stdout + stderr).slice(-1500)}`, { cause: error });
  });
}

/** Two runs that start together must not both download. A lock whose holder died is taken over after a while. */
async function withLock(target: string, work: () => Promise<void>): Promise<void> {
  const lock = `${target}.lock`;
  await mkdir(cacheRoot(), { recursive: true });
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch {
      const age = await stat(lock).then(
        (found) => Date.now() - found.mtimeMs,
        () => 0,
      );
      const holder = Number(await readFile(lock, 'utf8').catch(() => '0'));
      if (age > STALE_LOCK_MS || (holder > 0 && !alive(holder))) await rm(lock, { force: true });
      else await sleep(500);
    }
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
