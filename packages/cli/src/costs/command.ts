import { Command } from 'commander';
import { calling, clientOf, refusable, type ApiOptions } from '../api-options.ts';
import { count, say, sayJson, table } from '../output.ts';

interface CostReport {
  readonly total_usd_micros: number;
  readonly data: readonly {
    readonly project_id: string;
    readonly month: string;
    readonly kind: string;
    readonly count: number;
    readonly unknown_count: number;
    readonly estimated_usd_micros: number | null;
    readonly actual_usd_micros: number;
    readonly variance_usd_micros: number | null;
  }[];
  readonly has_more_entries: boolean;
}

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
      .option('--json', 'as the API answers it, with every job and run'),
  ).action(async (options: CostsOptions) => {
    const query = new URLSearchParams({
      ...(options.project === undefined ? {} : { project_id: options.project }),
      ...(options.month === undefined ? {} : { month: options.month }),
    });
    const { body } = await refusable(() =>
      clientOf(options).get<CostReport>(`/v1/costs?${query.toString()}`),
    );
    if (options.json === true) sayJson(body);
    else say(costTable(body));
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
