import type { Cursor, SumsCursor } from '@ftm/api/cursor';
import type { BilledSample } from '@ftm/dataset/tokens/calibration';
import type { Principal } from '@ftm/orchestrator/client';
import { withTenant, type Pool } from '@ftm/postgres/pool';
import { viewOf } from '@ftm/read-models/read-model';
import { READ_MODELS } from '@ftm/read-models/read-models';

/** What one job or run has cost; money in millionths of a US dollar. */
export interface CostEntry {
  readonly kind: 'fine_tune' | 'eval';
  readonly id: string;
  readonly projectId: string;
  /** `YYYY-MM`, UTC: when the cost was recorded. */
  readonly month: string;
  readonly recordedAt: string;
  readonly model: string;
  /** Null when the provider does not say. */
  readonly tokens: number | null;
  /** Null where nothing was estimated, and beside a cost that is not known. */
  readonly estimatedUsdMicros: number | null;
  /** Null when the job was sent, and the provider does not say what it bills. */
  readonly actualUsdMicros: number | null;
  /** Of PRISM. */
  readonly usageId: string | null;
}

export interface CostSum {
  readonly projectId: string;
  readonly month: string;
  readonly kind: CostEntry['kind'];
  readonly count: number;
  /** Of these, jobs whose cost is not known: they are in no sum. */
  readonly unknownCount: number;
  readonly estimatedUsdMicros: number | null;
  readonly actualUsdMicros: number;
}

export interface CostFilter {
  readonly projectId: string | undefined;
  readonly month: string | undefined;
}

interface Page<C> {
  readonly limit: number;
  /** Behind this one. */
  readonly after: C | undefined;
}

/** Money as the read models have it. */
export interface CostReads {
  /** One for each project, month and kind; newest month first. */
  sums(principal: Principal, filter: CostFilter, page: Page<SumsCursor>): Promise<CostSum[]>;
  /** What all of them come to. */
  total(principal: Principal, filter: CostFilter): Promise<number>;
  /** The newest first, each with when it was recorded in microseconds since 1970. */
  entries(
    principal: Principal,
    filter: CostFilter,
    page: Page<Cursor>,
  ): Promise<(CostEntry & { readonly micros: string })[]>;
  /** The tenant's last jobs of a model, whichever its dated version, and method that the provider has billed, for calibration. */
  billedSamples(principal: Principal, model: string, method: string): Promise<BilledSample[]>;
}

const DATASETS = viewOf(READ_MODELS.dataset);
const FT_JOBS = viewOf(READ_MODELS['fine-tune']);
const EVAL_RUNS = viewOf(READ_MODELS['eval-run']);
const SAMPLES = 50;
const AT = "timestamptz 'epoch' + $4::bigint * interval '1 microsecond'";
/** A model without the day of its version: `gpt-4.1-nano-2025-04-14` and `gpt-4.1-nano` read and bill tokens alike. */
const FAMILY = (model: string): string => `regexp_replace(${model}, '-\\d{4}-\\d{2}-\\d{2}$', '')`;
const COSTS = `
  with costs as (
    select 'fine_tune' as kind, id, project_id, state #>> '{request,baseModel}' as model,
      coalesce((state #>> '{cost,recordedAt}')::timestamptz, updated_at) as at,
      (state #>> '{cost,trainedTokens}')::bigint as tokens,
      (state #>> '{cost,estimatedUsdMicros}')::bigint as estimated,
      (state #>> '{cost,actualUsdMicros}')::bigint as actual,
      state #>> '{cost,usageId}' as usage_id
    from ${FT_JOBS}
    where tenant_id = $1 and status in ('completed', 'canceled', 'failed')
      and (state #>> '{cost,actualUsdMicros}' is not null or (state ->> 'costUnknown')::boolean)
    union all
    select 'eval', id, project_id, state #>> '{request,providerModelId}', updated_at,
      (state #>> '{result,inputTokens}')::bigint + (state #>> '{result,outputTokens}')::bigint,
      null, (state #>> '{result,costUsdMicros}')::bigint, state #>> '{result,usageId}'
    from ${EVAL_RUNS}
    where tenant_id = $1 and status = 'completed'
  ), asked as (
    select *, to_char(at at time zone 'UTC', 'YYYY-MM') as month from costs
    where ($2::text[] is null or project_id = any($2)) and ($3::text is null or to_char(at at time zone 'UTC', 'YYYY-MM') = $3)
  )`;

const SUMS = `${COSTS} select project_id as "projectId", month, kind, count(*) as count, count(*) filter (where actual is null) as "unknownCount",
  sum(estimated) as "estimatedUsdMicros", coalesce(sum(actual), 0) as "actualUsdMicros"
  from asked
  where $4::text is null or month < $4 or (month = $4 and (project_id > $5 or (project_id = $5 and kind < $6)))
  group by project_id, month, kind order by month desc, project_id, kind desc limit $7`;
const ENTRIES = `${COSTS} select kind, id, project_id as "projectId", month, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "recordedAt", model, tokens,
  estimated as "estimatedUsdMicros", actual as "actualUsdMicros", usage_id as "usageId",
  (extract(epoch from at) * 1000000)::bigint as micros
  from asked
  where $4::bigint is null or at < ${AT} or (at = ${AT} and id > $5::uuid)
  order by at desc, id limit $6`;
const BILLED = `select dataset.state #>> '{result,trainTokens}' as tokens, dataset.state #>> '{result,trainRows}' as rows,
  dataset.state #>> '{result,trainRows}' as messages, job.state #>> '{result,trainedTokens}' as "trainedTokens",
  job.state #>> '{result,hyperparameters,nEpochs}' as epochs
  from ${FT_JOBS} job join ${DATASETS} dataset on dataset.tenant_id = job.tenant_id and dataset.id = job.dataset_id
  where job.tenant_id = $1 and job.status = 'completed' and ${FAMILY("job.state #>> '{request,baseModel}'")} = ${FAMILY('$2')} and job.state #>> '{request,method}' = $3
  and dataset.state #>> '{result,trainTokens}' is not null and job.state #>> '{result,hyperparameters,nEpochs}' is not null
  order by job.updated_at desc limit ${SAMPLES}`;

export function createCostReads(pool: Pool): CostReads {
  const query = async <R extends object>(
    principal: Principal,
    sql: string,
    values: readonly unknown[],
  ): Promise<R[]> => {
    const { rows } = await withTenant(pool, principal.tenantId, (client) =>
      client.query<R>(sql, [principal.tenantId, ...values]),
    );
    return rows;
  };
  return {
    async sums(principal, filter, { limit, after }) {
      const rows = await query<Numbers<CostSum>>(principal, SUMS, [
        ...filterValues(principal, filter),
        after?.month ?? null,
        after?.projectId ?? null,
        after?.kind ?? null,
        limit,
      ]);
      return rows.map((row) => ({
        ...row,
        count: Number(row.count),
        unknownCount: Number(row.unknownCount),
        estimatedUsdMicros: numberOrNull(row.estimatedUsdMicros),
        actualUsdMicros: Number(row.actualUsdMicros),
      }));
    },
    async total(principal, filter) {
      const [row] = await query<{ readonly total: string }>(
        principal,
        `${COSTS} select coalesce(sum(actual), 0) as total from asked`,
        filterValues(principal, filter),
      );
      return Number(row?.total ?? 0);
    },
    async entries(principal, filter, { limit, after }) {
      const rows = await query<Numbers<CostEntry> & { readonly micros: string }>(principal, ENTRIES, [
        ...filterValues(principal, filter),
        after?.micros ?? null,
        after?.id ?? null,
        limit,
      ]);
      return rows.map((row) => ({
        ...row,
        tokens: numberOrNull(row.tokens),
        estimatedUsdMicros: numberOrNull(row.estimatedUsdMicros),
        actualUsdMicros: numberOrNull(row.actualUsdMicros),
      }));
    },
    async billedSamples(principal, model, method) {
      const rows = await query<Numbers<BilledSample>>(principal, BILLED, [model, method]);
      return rows.map((row) => ({
        tokens: Number(row.tokens),
        // How many messages there were is not kept beside the tokens: what a message has more is found as what a row has more.
        messages: Number(row.messages),
        rows: Number(row.rows),
        trainedTokens: Number(row.trainedTokens),
        epochs: Number(row.epochs),
      }));
    },
  };
}

const numberOrNull = (text: string | null): number | null => (text === null ? null : Number(text));

/** Postgres gives 64-bit numbers as text. */
type Numbers<T> = {
  readonly [K in keyof T]: T[K] extends number ? string : T[K] extends number | null ? string | null : T[K];
};

function filterValues(principal: Principal, { projectId, month }: CostFilter): readonly unknown[] {
  const own = principal.projects.includes('*') ? null : [...principal.projects];
  return [projectId === undefined ? own : [projectId], month ?? null];
}
