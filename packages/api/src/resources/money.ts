import { z } from 'zod';
import {
  count,
  facts,
  Filters,
  id,
  instant,
  listOf,
  month,
  Page,
  projectId,
  reason,
  SumsPage,
  usdMicros,
} from '../parts.ts';

const MAX_ROWS = 200;
const words = z.string().trim().min(1).max(300);
const kind = z.enum(['training', 'input', 'output']);

export const RevisePrices = z
  .strictObject({
    rows: z
      .array(
        z
          .strictObject({
            model: z
              .string()
              .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$/, 'a model, or the start of the names of some'),
            kind,
            usd_micros_per_million: z.number().int().min(0).max(1e12),
            effective_from: z.iso.date('a day: YYYY-MM-DD'),
            source: words.describe('Where the price was read, and when.'),
            note: words.nullish(),
          })
          .meta({ id: 'NewPriceRow' }),
      )
      .max(MAX_ROWS),
  })
  .meta({ id: 'RevisePrices' });
export const PricesAt = z.strictObject({ at: instant.optional().describe('Now when absent.') });

const priceRow = {
  model: z
    .string()
    .describe('Start of the names of the models that it is the price of; the longest that fits wins.'),
  kind,
  usd_micros_per_million: z.int(),
  effective_from: z.string(),
  source: z.string(),
  note: z.string().nullable(),
};
export const PriceRow = z.strictObject(priceRow).meta({ id: 'PriceRow' });
export const PriceBook = z
  .strictObject({
    id,
    object: z.literal('pricing'),
    status: z.literal('revised'),
    rows: z.array(PriceRow),
    ...facts,
  })
  .meta({ id: 'PriceBook' });
export const Prices = z
  .strictObject({
    object: z.literal('price_book'),
    at: z.iso.datetime(),
    data: z.array(
      z.strictObject({ ...priceRow, origin: z.enum(['default', 'tenant']) }).meta({ id: 'EffectivePrice' }),
    ),
    book: z.array(PriceRow).describe('The tenant’s own.'),
  })
  .meta({ id: 'Prices' });

export const ByProject = z.object({ project_id: projectId });
export const BudgetMonthOf = z.strictObject({
  month: month.optional().describe('This one when absent.'),
});
export const SetBudget = z
  .strictObject({
    monthly_usd: z.number().min(0).max(1e9).nullable().describe('Null takes the limit away.'),
    reason: reason.optional(),
  })
  .meta({ id: 'SetBudget' });

export const BUDGET_STATUSES = ['unlimited', 'limited'] as const;
export const BUDGET_MONTH_STATUSES = ['opened'] as const;
export const ListBudgets = z.strictObject({ ...Filters, status: z.enum(BUDGET_STATUSES).optional() });
export const ListBudgetMonths = z.strictObject({
  ...Filters,
  status: z.enum(BUDGET_MONTH_STATUSES).optional(),
});

export const Budget = z
  .strictObject({
    id,
    object: z.literal('budget'),
    status: z.enum(BUDGET_STATUSES),
    project_id: z.string(),
    monthly_usd_micros: usdMicros.nullable(),
    ...facts,
  })
  .meta({ id: 'Budget' });
export const BudgetList = listOf('BudgetList', Budget);

const money = {
  month: z.string().describe('YYYY-MM, UTC.'),
  spent_usd_micros: usdMicros,
  held_usd_micros: usdMicros.describe('For jobs that have not ended.'),
  unknown_costs: count.describe('Jobs of which the provider does not say what it bills: in no sum.'),
  holds: z.array(z.strictObject({ ft_job_id: id, amount_usd_micros: usdMicros }).meta({ id: 'BudgetHold' })),
};
export const BudgetMonth = z
  .strictObject({
    id,
    object: z.literal('budget_month'),
    status: z.enum(BUDGET_MONTH_STATUSES),
    project_id: z.string(),
    ...money,
    ...facts,
  })
  .meta({ id: 'BudgetMonth' });
export const BudgetMonthList = listOf('BudgetMonthList', BudgetMonth);
export const ProjectBudget = z
  .strictObject({
    id,
    object: z.literal('project_budget'),
    status: z.enum(BUDGET_STATUSES),
    project_id: z.string(),
    monthly_usd_micros: usdMicros.nullable(),
    left_usd_micros: usdMicros.nullable().describe('Null when there is no limit.'),
    ...money,
  })
  .meta({ id: 'ProjectBudget' });

const costFilter = {
  project_id: projectId.optional().describe('Only of this project.'),
  month: month.optional().describe('Only of this month, UTC.'),
};
export const CostsPage = z.strictObject({ ...SumsPage, ...costFilter });
export const CostEntriesPage = z.strictObject({ ...Page, ...costFilter });
const costKind = z.enum(['fine_tune', 'eval']);
export const CostSum = z
  .strictObject({
    project_id: z.string(),
    month: z.string(),
    kind: costKind,
    count,
    unknown_count: count.describe('Of these, jobs whose cost is not known: they are in no sum.'),
    estimated_usd_micros: usdMicros.nullable(),
    actual_usd_micros: usdMicros,
    variance_usd_micros: usdMicros.nullable(),
  })
  .meta({ id: 'CostSum' });
export const Costs = listOf('CostSumList', CostSum)
  .extend({ total_usd_micros: usdMicros.describe('Of all pages.') })
  .meta({ id: 'Costs' });
export const CostEntry = z
  .strictObject({
    kind: costKind,
    id: id.describe('Of the job or run.'),
    project_id: z.string(),
    month: z.string(),
    recorded_at: z.iso.datetime(),
    model: z.string(),
    tokens: count.nullable(),
    estimated_usd_micros: usdMicros.nullable(),
    actual_usd_micros: usdMicros.nullable(),
    usage_id: z.string().nullable().describe('Of PRISM.'),
  })
  .meta({ id: 'CostEntry' });
export const CostEntryList = listOf('CostEntryList', CostEntry);
