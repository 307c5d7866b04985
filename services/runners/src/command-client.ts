import type { FtmEvent } from '@ftm/contracts/generated/events';
import { commandId, parseStreamId, streamId } from '@ftm/contracts/ids';
import { fold } from '@ftm/domain/aggregates';
import { primaryStream } from '@ftm/domain/handle';
import { traceparent, withSpan } from '@ftm/runtime/telemetry';
import type { CommandClient } from './tasks.ts';

interface WireEvent {
  readonly envelope: {
    readonly time: string;
    readonly actor: string;
    readonly version: number;
    readonly seq: number;
  };
  readonly event: FtmEvent;
}

/** The rules refused a result: the log has moved on meanwhile. */
export class CommandRejected extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(`${code}: ${message}`);
    this.name = 'CommandRejected';
    this.code = code;
  }
}

const TIMEOUT_MS = 20_000;

export function createCommandClient(options: {
  readonly urls: readonly string[];
  readonly token: string;
  readonly actor: string;
}): CommandClient {
  let turn = 0;
  async function call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    let last: unknown;
    // Every instance once: any of them forwards to the owner.
    for (let attempt = 0; attempt < options.urls.length; attempt += 1) {
      const url = options.urls[turn % options.urls.length] ?? '';
      const parent = traceparent();
      try {
        const answer = await fetch(new URL(path, url), {
          method,
          headers: {
            authorization: `Bearer ${options.token}`,
            'content-type': 'application/json',
            ...(parent === null ? {} : { traceparent: parent }),
          },
          signal: AbortSignal.timeout(TIMEOUT_MS),
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const json = (await answer.json()) as Record<string, unknown>;
        if (answer.ok) return json;
        last = new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(json).slice(0, 500)}`);
      } catch (error) {
        last = error;
      }
      turn += 1;
    }
    throw new Error('no instance of command-api took the call', { cause: last });
  }
  return {
    async send(job, step, command) {
      const key = `${primaryStream(command)}:${step}`;
      const order = {
        tenantId: job.tenantId,
        commandId: commandId(job.tenantId, key),
        fingerprint: key,
        actor: options.actor,
        correlation: job.correlation,
        causation: job.causation,
        now: new Date().toISOString(),
        command,
      };
      const outcome = await withSpan(`command ${command.type}`, { kind: 'client' }, () =>
        call('POST', '/internal/commands', order),
      );
      if (outcome['kind'] === 'rejected') {
        const { code, message } = outcome['rejection'] as { code: string; message: string };
        throw new CommandRejected(code, message);
      }
      if (outcome['kind'] !== 'appended')
        throw new Error(`the log answered ${String(outcome['kind'])} to ${key}`);
    },
    async load(tenant, aggregate, id) {
      const { stream } = parseStreamId(streamId(aggregate, id));
      const { events } = await call('GET', `/internal/streams/${encodeURIComponent(tenant)}/${stream}`);
      return fold(
        aggregate,
        (events as WireEvent[]).map(({ envelope, event }) => ({
          event,
          meta: { time: envelope.time, actor: envelope.actor, version: envelope.version, seq: envelope.seq },
        })),
      );
    },
  };
}
