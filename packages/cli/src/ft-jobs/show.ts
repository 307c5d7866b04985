import type { Resource } from '@ftm/client/ftm-client';
import { count, paint, say } from '../output.ts';

export const dollars = (micros: number): string =>
  `$${(micros / 1e6).toFixed(micros !== 0 && Math.abs(micros) < 10_000 ? 4 : 2)}`;

export function statusStyle(status: string): 'green' | 'red' | 'yellow' | 'cyan' {
  if (status === 'completed') return 'green';
  if (status === 'failed' || status === 'blocked') return 'red';
  return status === 'canceled' || status === 'paused' ? 'yellow' : 'cyan';
}

type Json = Readonly<Record<string, unknown>>;

/** How a job stands, or how it ended: what a person wants to know of it. */
export function sayJob(job: Resource): void {
  say(`${job.id}  ${paint(statusStyle(job.status), job.status)}`);
  for (const line of linesOf(job)) say(line);
}

function linesOf(job: Resource): string[] {
  const line = (name: string, value: string): string => `  ${name.padEnd(12)}${value}`;
  const failure = job['failure'] as Json | null;
  const reasons = job['reasons'] as readonly { readonly message: string }[] | undefined;
  const waits = job['waits_for'] as Json | null | undefined;
  const chosen = job['selected_checkpoint'] as Json | null | undefined;
  const canceled = job['canceled'] as Json | null;
  const estimate = job['estimate'] as Json;
  const range = `${dollars(Number(estimate['low_usd_micros']))} to ${dollars(Number(estimate['high_usd_micros']))} estimated`;
  const actual = job['actual_usd_micros'];
  const unknown = job['cost_unknown'] === true ? 'not known: the provider does not say what it bills; ' : '';
  return [
    ...(failure == null
      ? []
      : [
          line(
            'cause',
            `${String(failure['code'])}: ${String(failure['provider_message'] ?? failure['message'])}`,
          ),
          line('remedy', String(failure['remedy'])),
          line('retryable', failure['retryable'] === true ? 'yes' : 'no'),
        ]),
    ...(reasons ?? []).map(({ message }) => line('blocked', message)),
    ...(waits == null ? [] : [line('waits', String(waits['message']))]),
    ...(canceled == null ? [] : [line('reason', String(canceled['reason']))]),
    ...(typeof job['provider_model_id'] === 'string' ? [line('model', job['provider_model_id'])] : []),
    ...(chosen == null
      ? []
      : [line('checkpoint', String(chosen['provider_model_id'])), line('', String(chosen['reason']))]),
    ...(typeof job['trained_tokens'] === 'number' ? [line('tokens', count(job['trained_tokens']))] : []),
    line('cost', typeof actual === 'number' ? `${dollars(actual)} (${range})` : `${unknown}${range}`),
  ];
}
