import { count, paint, say } from '../output.ts';
import type { Job } from './job.ts';

export const dollars = (micros: number): string =>
  `$${(micros / 1e6).toFixed(micros !== 0 && Math.abs(micros) < 10_000 ? 4 : 2)}`;

export function statusStyle(status: string): 'green' | 'red' | 'yellow' | 'cyan' {
  if (status === 'completed') return 'green';
  if (status === 'failed' || status === 'blocked') return 'red';
  return status === 'canceled' || status === 'paused' ? 'yellow' : 'cyan';
}

/** How a job stands, or how it ended: what a person wants to know of it. */
export function sayJob(job: Job): void {
  const name = job.name === null ? '' : `${paint('bold', job.name)}  `;
  say(`${name}${job.id}  ${paint(statusStyle(job.status), job.status)}`);
  for (const line of linesOf(job)) say(line);
}

function linesOf(job: Job): string[] {
  const line = (name: string, value: string): string => `  ${name.padEnd(12)}${value}`;
  const { failure, estimate, selected_checkpoint: chosen, actual_usd_micros: actual } = job;
  const range = `${dollars(estimate.low_usd_micros)} to ${dollars(estimate.high_usd_micros)} estimated`;
  const unknown = job.cost_unknown ? 'not known: the provider does not say what it bills; ' : '';
  return [
    ...(failure === null
      ? []
      : [
          line('cause', `${failure.code}: ${failure.provider_message ?? failure.message}`),
          line('remedy', failure.remedy),
          line('retryable', failure.retryable ? 'yes' : 'no'),
        ]),
    ...(job.reasons ?? []).map(({ message }) => line('blocked', message)),
    ...(job.waits_for === null ? [] : [line('waits', job.waits_for.message)]),
    ...(job.canceled === null ? [] : [line('reason', job.canceled.reason)]),
    ...(job.provider_model_id === null ? [] : [line('model', job.provider_model_id)]),
    ...(chosen === null ? [] : [line('checkpoint', chosen.provider_model_id), line('', chosen.reason)]),
    ...(job.trained_tokens === null ? [] : [line('tokens', count(job.trained_tokens))]),
    line('cost', actual === null ? `${unknown}${range}` : `${dollars(actual)} (${range})`),
  ];
}
