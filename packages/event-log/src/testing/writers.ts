import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Envelope } from '@ftm/contracts/envelope';
import type { LogStatus } from '../event-log.ts';
import { eventually } from './environment.ts';
import type { SubmitBody, WriterProcessArguments } from './writer-process.ts';

export interface WriterStatus extends Omit<LogStatus, 'routes'> {
  readonly routes: Record<string, string>;
  readonly events: Record<string, number>;
  readonly problems: readonly string[];
}

export interface Writer {
  readonly url: string;
  readonly process: ChildProcess;
  status(): Promise<WriterStatus>;
}

/** Starts a writer process. It is not ready yet. */
export async function startWriter(settings: Omit<WriterProcessArguments, 'port'>): Promise<Writer> {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('../../dist/testing/writer-process.js', import.meta.url)),
      JSON.stringify({ ...settings, port }),
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    process: child,
    status: async () => (await (await fetch(`${url}/status`)).json()) as WriterStatus,
  };
}

/** Until the writers serve all partitions between them. */
export async function untilServing(writers: readonly Writer[], partitions: number): Promise<void> {
  await eventually('all partitions are served', async () => {
    const statuses = await Promise.all(writers.map((each) => each.status().catch(() => null)));
    const serving = statuses.flatMap((each) =>
      each?.ready === true ? each.partitions.filter((part) => part.state === 'serving') : [],
    );
    return statuses.every((each) => each?.ready === true) && serving.length === partitions;
  });
}

export async function endWriter(writer: Writer, signal: NodeJS.Signals): Promise<void> {
  if (writer.process.exitCode !== null || writer.process.signalCode !== null) return;
  const exited = once(writer.process, 'exit');
  writer.process.kill(signal);
  await exited;
}

/** What a client knows of a command it sent. */
export type Known =
  | { readonly kind: 'acknowledged'; readonly events: readonly Envelope[]; readonly replayed: boolean }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown' };

export interface Answer {
  readonly status: number;
  readonly body: {
    readonly kind?: string;
    readonly replayed?: boolean;
    readonly events?: readonly { readonly envelope: Envelope }[];
    readonly owner?: string | null;
    readonly reason?: string;
  };
}

/** One try, following one redirection to the owner. @throws when the connection breaks: the outcome is unknown then */
export async function sendOnce(url: string, body: SubmitBody): Promise<Answer> {
  const first = await post(url, body);
  return first.status === 421 && typeof first.body.owner === 'string' ? post(first.body.owner, body) : first;
}

async function post(url: string, body: SubmitBody): Promise<Answer> {
  const response = await fetch(`${url}/submit`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
