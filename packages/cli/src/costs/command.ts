import type { AnswerOf } from '@ftm/api/endpoints';
import { Command } from 'commander';
import { calling, clientOf, refusable, type ApiOptions } from '../api-options.ts';
import { count, say, sayJson, table } from '../output.ts';

type CostReport = Pick<AnswerOf<'GET /v1/costs'>, 'data' | 'total_usd_micros'>;

interface CostsOptions extends ApiOptions {
  readonly project?: string;
  readonly month?: string;
  readonly json?: boolean;
}

export function costsCommand(): Command {
  return calling(
    new Command('costs')
      .description('what was spent on fine-tuning and evals, by project and month (UTC)')
      .option('--project <id>', 'of this project only')
      .option('--month <YYYY-MM>', 'of this month only')
      .option('--json', 'machine-readable, with every job and run'),
  ).action(async (options: CostsOptions) => {
    const client = clientOf(options);
    const query = { project_id: options.project, month: options.month };
    await refusable(async () => {
      const { total_usd_micros } = (await client.call('GET /v1/costs', { query })).body;
      const report = { total_usd_micros, data: await client.whole('GET /v1/costs', { query }) };
      if (options.json === true)
        sayJson({ ...report, entries: await client.whole('GET /v1/costs/entries', { query }) });
      else say(costTable(report));
    });
  });
}

export function costTable(report: CostReport): string {
  if (report.data.length === 0) return 'nothing was spent';
  const rows = report.data.map((each) => [
    each.month,
    each.project_id,
    each.kind.replace('_', '-'),
    count(each.count),
    count(each.unknown_count),
    usd(each.estimated_usd_micros),
    usd(each.actual_usd_micros),
    usd(each.variance_usd_micros),
  ]);
  const head = ['month', 'project', 'kind', 'count', 'unknown', 'estimated $', 'actual $', 'variance $'];
  const unknown = report.data.reduce((sum, each) => sum + each.unknown_count, 0);
  const but =
    unknown === 0 ? '' : `, and what ${count(unknown)} jobs have cost of which the provider does not say it`;
  return `${table(head, rows)}\n\nin all $${usd(report.total_usd_micros)}${but}`;
}

/** Jobs may cost fractions of a cent. */
const usd = (micros: number | null): string => (micros === null ? '–' : (micros / 1e6).toFixed(4));
