import { setTimeout as sleep } from 'node:timers/promises';
import { FtmRefused } from './refused.ts';
import type { Problem } from './resources/problem.ts';

export interface ServerSentEvent {
  readonly id: string | null;
  readonly type: string;
  readonly data: string;
}

export interface ListenOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly path: string;
  /** Ends the listening; then nothing is thrown. */
  readonly signal: AbortSignal;
  /** Behind the event with this id; default: from the beginning. */
  readonly lastEventId?: string;
  /** Told when a broken connection is about to be made again. */
  readonly onRetry?: () => void;
}

const RETRY_MS = 1000;

/**
 * The events of a resource as they come, until the server says that it has ended. A connection that breaks, or a server that is away, is tried again for as long as it takes,
 * behind the last event that came: none is missed and none comes twice.
 * @throws FtmRefused for a refusal that a retry does not mend
 */
export async function* listen(options: ListenOptions): AsyncGenerator<ServerSentEvent> {
  let lastEventId = options.lastEventId ?? null;
  while (!options.signal.aborted) {
    const answer = await fetch(new URL(options.path, options.baseUrl), {
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${options.apiKey}`,
        ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
      },
      signal: options.signal,
    }).catch(() => null);
    if (answer?.status === 204) return;
    if (answer !== null && !answer.ok) {
      const problem = (await answer.json().catch(() => null)) as Problem | null;
      if (answer.status < 500 && answer.status !== 429 && problem !== null) throw new FtmRefused(problem);
    }
    if (answer?.ok === true && answer.body !== null) {
      for await (const event of parse(answer.body)) {
        if (event.type === 'end') return;
        lastEventId = event.id ?? lastEventId;
        yield event;
      }
    }
    options.onRetry?.();
    await sleep(RETRY_MS);
  }
}

/** `text/event-stream` as the HTML standard has it; a connection that breaks ends it. */
async function* parse(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of body) {
      rest += decoder.decode(chunk, { stream: true });
      const blocks = rest.split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = toEvent(block);
        if (event !== null) yield event;
      }
    }
  } catch {
    // Whoever listens asks again.
  }
}

/** Null for what has no data: comments and the time to wait. */
function toEvent(block: string): ServerSentEvent | null {
  const fields = block.split(/\r?\n/).flatMap((line) => {
    const [, name, value] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  const of = (name: string): string[] => fields.flatMap(([key, value]) => (key === name ? [value] : []));
  const data = of('data');
  if (data.length === 0) return null;
  return { id: of('id').at(-1) ?? null, type: of('event').at(-1) ?? 'message', data: data.join('\n') };
}
