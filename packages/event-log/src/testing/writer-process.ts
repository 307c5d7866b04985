import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tenantId, type StreamId } from '@ftm/contracts/ids';
import { CommandInFlight, LogUnavailable, NotOwner, type AppendOutcome } from '../event-log.ts';
import { EMPTY_JOURNAL } from '../journal.ts';
import { createKafkaEventLog } from '../kafka-event-log.ts';
import { createRegistry } from '../registry.ts';
import type { LogEvent } from '../writer-options.ts';
import { command, erased } from './commands.ts';

/**
 * A writer instance of its own, to be stopped, killed and asked over HTTP by the kill tests:
 * `POST /submit` {tenant, key, stream, count, expectedVersion?} and `GET /status`. Its only argument is JSON.
 */
export interface WriterProcessArguments {
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly topic: string;
  readonly partitions: number;
  readonly port: number;
  readonly sessionTimeoutMs: number;
}

export interface SubmitBody {
  readonly tenant: string;
  readonly key: string;
  readonly stream: StreamId;
  /** Events to append. */
  readonly count: number;
  readonly expectedVersion?: number;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as WriterProcessArguments;
const address = `http://127.0.0.1:${settings.port}`;
const events: Record<string, number> = {};
const problems: string[] = [];
let leaving = false;

const log = createKafkaEventLog({
  brokers: settings.brokers,
  clientId: `writer-${process.pid}`,
  groupId: settings.topic,
  address,
  registry: createRegistry(settings.registryUrl),
  journal: EMPTY_JOURNAL,
  topic: settings.topic,
  partitions: settings.partitions,
  sessionTimeoutMs: settings.sessionTimeoutMs,
  onEvent: count,
});

function count(event: LogEvent): void {
  const name = event.kind === 'fenced' ? `fenced.${event.during}` : event.kind;
  events[name] = (events[name] ?? 0) + 1;
  if (event.kind === 'problem' || event.kind === 'outcome_unknown') problems.push(event.error.message);
}

async function submit(body: SubmitBody): Promise<AppendOutcome> {
  return log.submit(
    command({
      tenant: tenantId(body.tenant),
      key: body.key,
      primary: body.stream,
      ...(body.expectedVersion === undefined ? {} : { expectedVersion: body.expectedVersion }),
      events: Array.from({ length: body.count }, (_, index) => ({
        stream: body.stream,
        event: erased(`${body.key}.${index}`),
      })),
    }),
  );
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET') {
    const { routes, ...status } = log.status();
    send(response, 200, { ...status, routes: Object.fromEntries(routes), events, problems });
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    send(response, 200, await submit(JSON.parse(Buffer.concat(chunks).toString('utf8')) as SubmitBody));
  } catch (error) {
    if (error instanceof NotOwner) send(response, 421, { owner: error.owner });
    else if (error instanceof CommandInFlight) send(response, 409, {});
    else if (error instanceof LogUnavailable) send(response, 503, { reason: error.reason });
    else send(response, 500, { message: error instanceof Error ? error.message : String(error) });
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  response
    .writeHead(status, { 'content-type': 'application/json', ...(leaving ? { connection: 'close' } : {}) })
    .end(text);
}

const server = createServer((request, response) => void answer(request, response));
server.listen(settings.port, '127.0.0.1');
/** Told once, the log answers what it accepted and is given away, while callers still learn who has it; told again, the door is shut. */
process.on('SIGTERM', () => {
  if (leaving) {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
    return;
  }
  leaving = true;
  void log.close();
});
