import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from './problem.ts';

/** One server-sent event. */
export interface StreamedEvent {
  readonly id: number;
  readonly type: string;
  readonly data: unknown;
}

/** What has happened since, and whether more can come. */
export interface Look {
  readonly events: readonly StreamedEvent[];
  readonly ended: boolean;
}

const LOOK_MS = 500;
const HEARTBEAT_MS = 15_000;
/** Then the client comes again, and shows its key again. */
const LIFE_MS = 600_000;
const RETRY_MS = 1000;
const MOST_OPEN = 500;
/** Of one tenant, so that no other finds all places taken. */
const MOST_OF_TENANT = 50;
const openOf = new Map<string, number>();
let open = 0;

/** @returns the id that a client saw last, 0 for none. @throws Problem 400 */
export function lastEventId(header: string | undefined): number {
  if (header === undefined || header === '') return 0;
  if (!/^\d{1,9}$/.test(header))
    throw new Problem('INVALID_LAST_EVENT_ID', 'Last-Event-ID is the id of an event that was sent from here');
  return Number(header);
}

export interface Listening {
  readonly tenant: string;
  /** Id of the event that was seen last. */
  readonly from: number;
}

/**
 * Text of a stream of server-sent events: what has happened after `from`, then what happens, until it has ended, which an event `end` says. Looks with `look`,
 * twice a second, and only while `stillAllowed` does not throw: nothing is held between two looks.
 * @throws Problem 503 when too many streams are open
 */
export function eventStream(
  { tenant, from }: Listening,
  look: (after: number) => Promise<Look>,
  stillAllowed: () => Promise<unknown>,
): AsyncIterable<string> {
  if (open >= MOST_OPEN || (openOf.get(tenant) ?? 0) >= MOST_OF_TENANT)
    throw new Problem(
      'TOO_MANY_STREAMS',
      'too many clients listen here; ask for the events as JSON, or later',
      {
        retryAfterMs: 10_000,
      },
    );
  return counted(tenant, told(from, look, stillAllowed));
}

/** Has its place from the first look on, until it ends. */
async function* counted(tenant: string, text: AsyncIterable<string>): AsyncGenerator<string> {
  open += 1;
  openOf.set(tenant, (openOf.get(tenant) ?? 0) + 1);
  try {
    yield* text;
  } finally {
    open -= 1;
    const left = (openOf.get(tenant) ?? 1) - 1;
    if (left === 0) openOf.delete(tenant);
    else openOf.set(tenant, left);
  }
}

async function* told(
  from: number,
  look: (after: number) => Promise<Look>,
  stillAllowed: () => Promise<unknown>,
): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\n\n`;
  let [after, spoken] = [from, Date.now()];
  for (const until = Date.now() + LIFE_MS; Date.now() < until;) {
    // Whoever may listen no longer is not told the end: he comes again, and is told why he may not.
    if (
      !(await stillAllowed().then(
        () => true,
        () => false,
      ))
    )
      return;
    // What cannot be read now may be in a moment; until then the client hears heartbeats.
    const found = await look(after).catch(() => null);
    for (const event of found?.events ?? []) {
      yield textOf(event);
      after = event.id;
      spoken = Date.now();
    }
    if (found?.ended === true) {
      yield `event: end\ndata: {}\n\n`;
      return;
    }
    if (Date.now() - spoken > HEARTBEAT_MS) {
      yield ': still here\n\n';
      spoken = Date.now();
    }
    await sleep(LOOK_MS);
  }
}

const textOf = ({ id, type, data }: StreamedEvent): string =>
  `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
