import { setTimeout as sleep } from 'node:timers/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

/** A PostgreSQL of a test's own, which may be put out without harm to others; by path, because services do not import the sandbox. */
export interface PostgresProcess {
  /** Of the owner. */
  readonly url: string;
  /** As a crash does: what it had in memory is gone. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** It and all its children stand still: connections stay, and nothing answers. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  dispose(): Promise<void>;
}

export async function startPostgres(): Promise<PostgresProcess> {
  const main = join(import.meta.dirname, '../../../../../sandbox/src/testing/postgres-alone.ts');
  const child = spawn(process.execPath, ['--conditions=ftm-source', '--import', 'tsx', main], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const told = async (): Promise<{ url: string; pid: number }> => {
    const line = await lines.next();
    if (line.done === true) throw new Error('PostgreSQL ended before it was ready');
    return JSON.parse(line.value) as { url: string; pid: number };
  };
  let { url, pid } = await told();
  const signal = async (name: NodeJS.Signals): Promise<void> => {
    for (const each of [pid, ...(await childrenOf(pid))])
      try {
        process.kill(each, name);
      } catch {
        // It has ended meanwhile.
      }
  };
  return {
    url,
    async kill() {
      process.kill(pid, 'SIGQUIT');
      while (await isThere(pid)) await sleep(20);
    },
    async restart() {
      child.stdin.write('restart\n');
      ({ url, pid } = await told());
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async dispose() {
      await signal('SIGCONT');
      child.stdin.end();
      await exited;
    },
  };
}

/** Each has a process group of its own, so that no signal reaches them together. */
async function childrenOf(pid: number): Promise<number[]> {
  const found: number[] = [];
  for (const each of await readdir('/proc')) {
    if (!/^\d+$/.test(each)) continue;
    const status = await readFile(`/proc/${each}/status`, 'utf8').catch(() => '');
    if (status.includes(`\nPPid:\t${pid}\n`)) found.push(Number(each));
  }
  return found;
}

async function isThere(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return status !== '' && !/^State:\s+Z/m.test(status);
}
