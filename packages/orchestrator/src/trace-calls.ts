import type { Calls } from './calls.ts';
import { garbage } from './http-call.ts';
import * as wire from './wire.ts';

export interface TraceFilter {
  readonly tenantId: string;
  readonly projectId: string;
  readonly assistantId?: string | null;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly outcome?: string | null;
  readonly tag?: string | null;
}

/** What assistants and people have said to each other. */
export function traceCalls({ get }: Calls) {
  async function listTraces(
    filter: TraceFilter,
    cursor: string | null,
    limit = 500,
  ): Promise<wire.TracePage> {
    const path = `/v1/traces?${traceQuery(filter, cursor, limit)}`;
    const page = await get({ endpoint: 'traces', path, answer: wire.Traces });
    // Nothing crosses tenants, also when the other side gets its filter wrong.
    if (page.data.some((trace) => trace.tenantId !== filter.tenantId || trace.projectId !== filter.projectId))
      throw garbage('traces', 'a trace of another tenant or project');
    return page;
  }
  return {
    listTraces,
    /** Every trace that the filter lets through, page by page, in the order of (started_at, id). */
    async *traces(filter: TraceFilter, pageSize = 500): AsyncGenerator<wire.Trace, void, undefined> {
      let cursor: string | null = null;
      do {
        const page: wire.TracePage = await listTraces(filter, cursor, pageSize);
        yield* page.data;
        if (page.nextCursor !== null && page.nextCursor === cursor)
          throw garbage('traces', 'a cursor that does not move');
        cursor = page.nextCursor;
      } while (cursor !== null);
    },
  };
}

function traceQuery(filter: TraceFilter, cursor: string | null, limit: number): string {
  const query = new URLSearchParams({
    tenant_id: filter.tenantId,
    project_id: filter.projectId,
    limit: String(limit),
  });
  const optional = {
    assistant_id: filter.assistantId,
    from: filter.from,
    to: filter.to,
    outcome: filter.outcome,
    tag: filter.tag,
    cursor,
  };
  for (const [name, value] of Object.entries(optional))
    if (value !== null && value !== undefined) query.set(name, value);
  return query.toString();
}
