import { z } from 'zod';
import type { StoredTrace } from './traces/generate.ts';

const CURSOR = /^\d{4}-\d\d-\d\dT[\d:.]+Z \S+$/;
const decoded = (cursor: string): string => Buffer.from(cursor, 'base64url').toString('utf8');

export const TraceQuery = z.object({
  tenant_id: z.string().min(1),
  project_id: z.string().min(1),
  assistant_id: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  outcome: z.string().optional(),
  tag: z.string().optional(),
  cursor: z
    .string()
    .max(500)
    .refine((cursor) => CURSOR.test(decoded(cursor)), 'is not a cursor that was given out')
    .optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
export const TraceRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  project_id: z.string(),
  assistant_id: z.string(),
  user_id: z.string(),
  started_at: z.iso.datetime(),
  outcome: z.string(),
  tags: z.array(z.string()),
  messages: z.array(z.looseObject({ role: z.string(), content: z.string().nullable() })),
  tools: z.array(z.record(z.string(), z.unknown())).default([]),
  feedback: z
    .array(
      z.object({
        message_index: z.number().int().nonnegative(),
        rating: z.enum(['up', 'down']),
        correction: z.string().nullable().default(null),
        alternative: z.string().nullable().default(null),
      }),
    )
    .default([]),
});

const order = (trace: Pick<StoredTrace, 'started_at' | 'id'>): string => `${trace.started_at} ${trace.id}`;

/** Traces by (started_at, id); a cursor is the last one that was seen, so that new traces do not move a page. */
export function createTraceStore(initial: readonly StoredTrace[]) {
  let traces = [...initial].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return {
    add(more: readonly StoredTrace[]): number {
      const known = new Set(traces.map((trace) => trace.id));
      const fresh = more.filter((trace) => !known.has(trace.id));
      traces = [...traces, ...fresh].sort((a, b) => (order(a) < order(b) ? -1 : 1));
      return fresh.length;
    },
    page(query: z.infer<typeof TraceQuery>) {
      const after = query.cursor === undefined ? '' : decoded(query.cursor);
      const found = traces.filter(
        (trace) =>
          trace.tenant_id === query.tenant_id &&
          trace.project_id === query.project_id &&
          (query.assistant_id === undefined || trace.assistant_id === query.assistant_id) &&
          (query.from === undefined || trace.started_at >= query.from) &&
          (query.to === undefined || trace.started_at < query.to) &&
          (query.outcome === undefined || trace.outcome === query.outcome) &&
          (query.tag === undefined || trace.tags.includes(query.tag)) &&
          order(trace) > after,
      );
      const data = found.slice(0, query.limit);
      const last = data.at(-1);
      return {
        data,
        next_cursor:
          found.length > query.limit && last !== undefined
            ? Buffer.from(order(last)).toString('base64url')
            : null,
      };
    },
  };
}
