import { paint } from '../output.ts';
import type { Job, JobEvent } from './job.ts';
import { lossChart, type LossPoint } from './loss-chart.ts';
import { statusStyle } from './show.ts';

export interface Progress {
  readonly step: number;
  readonly totalSteps: number;
  readonly atMs: number;
  /** The first step that was told of. */
  readonly first: { readonly step: number; readonly atMs: number };
  /** What the provider says. */
  readonly estimatedFinishMs: number | null;
}

/** How long it still takes: as the provider says, else as it has gone so far. Null when nobody can know. */
export function etaMs(progress: Progress | null, nowMs: number): number | null {
  if (progress === null) return null;
  const { step, totalSteps, atMs, first, estimatedFinishMs } = progress;
  if (estimatedFinishMs !== null) return Math.max(0, estimatedFinishMs - nowMs);
  if (step <= first.step) return null;
  const pace = (atMs - first.atMs) / (step - first.step);
  return Math.max(0, atMs + pace * (totalSteps - step) - nowMs);
}

export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

export interface Picture {
  readonly job: Pick<Job, 'id' | 'name' | 'status' | 'base_model' | 'waits_for'>;
  readonly progress: Progress | null;
  readonly points: readonly LossPoint[];
  readonly etaMs: number | null;
  /** The API does not answer now. */
  readonly away: boolean;
}

const MOST_COLUMNS = 100;
const CHART_ROWS = 8;
const BAR = 30;
const ENDED = new Set(['completed', 'failed', 'blocked', 'canceled']);

/** The lines of a picture, none wider than the terminal. */
export function frame({ job, progress, points, etaMs: left, away }: Picture, terminal: number): string[] {
  const columns = Math.max(40, Math.min(terminal, MOST_COLUMNS)) - 1;
  const last = points.at(-1);
  const valid = points.findLast(({ valid_loss: loss }) => loss !== null)?.valid_loss ?? null;
  const loss = (value: number | null | undefined): string => (value == null ? '–' : value.toFixed(4));
  const chart = lossChart(points, { columns, rows: CHART_ROWS }, (text) => paint('yellow', text));
  return [
    `${cut(`${job.name === null ? '' : `${job.name}  `}${job.id}  ${job.base_model}`, columns - 14)}  ${paint(statusStyle(job.status), job.status)}`,
    ...stepLine(job, progress, left),
    ...(chart.length === 0
      ? []
      : [
          `training ${paint('bold', loss(last?.train_loss))}   ${paint('yellow', 'validation')} ${paint('bold', loss(valid))}`,
          ...chart,
        ]),
    ...(away ? [paint('yellow', 'the API does not answer: it is tried again, and the job goes on')] : []),
  ];
}

function stepLine(job: Picture['job'], progress: Progress | null, left: number | null): string[] {
  if (job.waits_for !== null) return [cut(`waits: ${job.waits_for.message}`, MOST_COLUMNS)];
  if (progress === null) return ENDED.has(job.status) ? [] : ['no step has been told of yet'];
  const ended = ENDED.has(job.status);
  const step = job.status === 'completed' ? progress.totalSteps : progress.step;
  const share = Math.min(1, step / progress.totalSteps);
  const bar = '█'.repeat(Math.round(share * BAR)).padEnd(BAR, '░');
  const eta = ended ? '' : left === null ? '   ETA unknown' : `   ETA ${duration(left)}`;
  return [`${bar} step ${step} of ${progress.totalSteps}${eta}`];
}

const cut = (text: string, columns: number): string =>
  text.length <= columns ? text : `${text.slice(0, columns - 1)}…`;

/** One event for where nothing can be drawn over. */
export function lineOf({ time, name, data }: Pick<JobEvent, 'time' | 'name' | 'data'>): string {
  const told = [
    typeof data['provider_status'] === 'string' ? data['provider_status'] : null,
    typeof data['step'] === 'number'
      ? `step ${data['step']} of ${JSON.stringify(data['total_steps'])}`
      : null,
    typeof data['train_loss'] === 'number' ? `training loss ${data['train_loss'].toFixed(4)}` : null,
    typeof data['valid_loss'] === 'number' ? `validation loss ${data['valid_loss'].toFixed(4)}` : null,
    typeof data['message'] === 'string' ? data['message'] : null,
    typeof data['reason'] === 'string' ? data['reason'] : null,
  ].filter((each) => each !== null);
  return `${time}  ${name}${told.length === 0 ? '' : `  ${told.join(', ')}`}`;
}
