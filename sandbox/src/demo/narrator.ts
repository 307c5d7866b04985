import { setTimeout as sleep } from 'node:timers/promises';
import process from 'node:process';
import type { FtmClient } from '@ftm/api/client';
import type { AnswerOf } from '@ftm/api/endpoints';

/** An event as the API shows it. */
export type TimelineEvent = AnswerOf<'GET /v1/audit/events'>['data'][number];

const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const paint = (code: number, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = (text: string): string => paint(1, text);
export const dim = (text: string): string => paint(2, text);
export const green = (text: string): string => paint(32, text);
export const red = (text: string): string => paint(31, text);

export interface Narrator {
  step(title: string): void;
  say(text: string): void;
  /** Everything that has landed so far, in order. */
  readonly events: readonly TimelineEvent[];
  /** Waits until the log has been followed up to its present end. */
  catchUp(): Promise<void>;
  stop(): Promise<void>;
}

const POLL_MS = 200;

/** Tells the story of a run: numbered steps, and under them the events of a tenant as they land. */
export function createNarrator(auditor: FtmClient): Narrator {
  const started = Date.now();
  const events: TimelineEvent[] = [];
  let steps = 0;
  let stopped = false;

  const poll = async (): Promise<number> => {
    const { body } = await auditor.call('GET /v1/audit/events', {
      query: { cursor: String(events.at(-1)?.seq ?? 0), limit: 200 },
    });
    for (const event of body.data) {
      if (event.seq !== (events.at(-1)?.seq ?? 0) + 1) continue;
      events.push(event);
      console.log(
        dim(
          `      ${String(event.seq).padStart(3)}  ${event.time.slice(11, 23)}  ${event.name.padEnd(26)} ${event.stream.slice(0, event.stream.indexOf('/') + 9).padEnd(27)} ${event.actor}${remark(event)}`,
        ),
      );
    }
    return body.data.length;
  };
  let turn: Promise<unknown> = Promise.resolve();
  const follow = async (): Promise<void> => {
    while (!stopped) {
      turn = poll().catch(() => 0);
      await turn;
      await sleep(POLL_MS);
    }
  };
  const following = follow();

  return {
    events,
    step(title) {
      steps += 1;
      console.log(
        `\n${bold(`${String(steps).padStart(2)}. ${title}`)} ${dim(`(${((Date.now() - started) / 1000).toFixed(1)} s)`)}`,
      );
    },
    say: (text) => console.log(`    ${text}`),
    async catchUp() {
      await turn;
      while ((await poll()) > 0);
    },
    async stop() {
      stopped = true;
      await following;
    },
  };
}

/** The one fact of an event that a reader wants to see first. */
function remark(event: TimelineEvent): string {
  const { data } = event;
  const pick = (...keys: string[]): string =>
    keys
      .flatMap((key) => (data[key] === undefined || data[key] === null ? [] : [`${key}=${brief(data[key])}`]))
      .join(' ');
  const text = pick(
    'gate',
    'decision',
    'train_rows',
    'rows_rejected',
    'score',
    'verdict',
    'provider_job_id',
    'train_loss',
    'provider_model_id',
    'actual_usd_micros',
    'approved_by',
    'reason',
    'code',
  );
  return text === '' ? '' : `  ${text}`;
}

const brief = (value: unknown): string =>
  typeof value === 'number'
    ? String(Number(value.toPrecision(4)))
    : typeof value === 'string'
      ? value.slice(0, 48)
      : '…';
