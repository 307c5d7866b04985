import process from 'node:process';
import type { FtmClient } from '@ftm/api/client';
import { listen } from '@ftm/api/event-stream';
import { clientOf, type ApiOptions } from '../api-options.ts';
import { say, sayJson } from '../output.ts';
import { etaMs, frame, lineOf, type Progress } from './frame.ts';
import type { Job, JobEvent } from './job.ts';
import type { LossPoint } from './loss-chart.ts';
import { createScreen } from './screen.ts';
import { sayJob } from './show.ts';

export interface WatchOptions extends ApiOptions {
  readonly json?: boolean;
}

const REDRAW_MS = 1000;
const JOB = 'GET /v1/ft-jobs/{id}';

/**
 * Shows a job until it has ended: a live picture in a terminal, a line for each event elsewhere, JSON lines with
 * `--json`.
 * @param position of what is known of it already: reads wait until they have come so far
 */
export async function watch(
  id: string,
  options: WatchOptions,
  position: string | null = null,
): Promise<void> {
  const client = clientOf(options);
  // Refused at once, before anything is drawn: no such job, no such key.
  await client.call(JOB, { params: { id }, minPosition: position });
  const stop = new AbortController();
  const interrupted = (): void => stop.abort();
  process.once('SIGINT', interrupted);
  let last: string | null;
  try {
    last = await follow(client, id, options, stop.signal);
  } finally {
    process.removeListener('SIGINT', interrupted);
  }
  if (stop.signal.aborted) {
    process.stderr.write(`\nnot watched any more; the job goes on: ftm ft-jobs watch ${id}\n`);
    process.exitCode = 130;
    return;
  }
  const { body: job } = await client.call(JOB, { params: { id }, minPosition: last });
  if (options.json === true) sayJson(job);
  else sayJob(job);
  if (job.status !== 'completed') process.exitCode = 1;
}

async function follow(
  client: FtmClient,
  id: string,
  options: WatchOptions,
  signal: AbortSignal,
): Promise<string | null> {
  const live = options.json !== true && process.stdout.isTTY;
  const screen = createScreen(process.stdout);
  let progress: Progress | null = null;
  let job: Job | null = null;
  let points: readonly LossPoint[] = [];
  let away = false;
  let position: string | null = null;
  const draw = (): void => {
    if (live && job !== null)
      screen.draw(
        frame({ job, progress, points, etaMs: etaMs(progress, Date.now()), away }, process.stdout.columns),
      );
  };
  const timer = setInterval(draw, REDRAW_MS);
  try {
    const events = listen({
      baseUrl: options.api,
      apiKey: options.apiKey,
      path: `/v1/ft-jobs/${encodeURIComponent(id)}/events`,
      signal,
      onRetry: () => {
        away = true;
        draw();
      },
    });
    for await (const { data } of events) {
      const event = JSON.parse(data) as JobEvent;
      away = false;
      position = `${event.partition}:${event.offset}`;
      if (options.json === true) say(data);
      else if (!live) say(lineOf(event));
      if (!live) continue;
      progress = progressed(progress, event);
      // The picture follows the log, it does not have to draw all of what has happened before.
      job = (await client.call(JOB, { params: { id }, minPosition: position })).body;
      points = await curveOf(client, id, points);
      draw();
    }
    return position;
  } finally {
    clearInterval(timer);
    screen.leave();
  }
}

function progressed(before: Progress | null, { time, name, data }: JobEvent): Progress | null {
  if (name !== 'FineTuneProgressed') return before;
  const { step, total_steps: totalSteps, estimated_finish: estimatedFinish } = data;
  if (typeof step !== 'number' || typeof totalSteps !== 'number') return before;
  const atMs = Date.parse(time);
  return {
    step,
    totalSteps,
    atMs,
    first: before?.first ?? { step, atMs },
    estimatedFinishMs: typeof estimatedFinish === 'string' ? Date.parse(estimatedFinish) : null,
  };
}

/** What cannot be read now is read with the next event. */
const curveOf = (
  client: FtmClient,
  id: string,
  before: readonly LossPoint[],
): Promise<readonly LossPoint[]> =>
  client.call('GET /v1/ft-jobs/{id}/curve', { params: { id } }).then(
    ({ body }) => body.data,
    () => before,
  );
