import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { openJsonLines } from './store.ts';

const micros = z.number().int().nonnegative();
const about = { tenant_id: z.string(), project_id: z.string(), subject: z.string() };
export const EstimateOrder = z.object({
  ...about,
  kind: z.string(),
  low_usd_micros: micros,
  expected_usd_micros: micros,
  high_usd_micros: micros,
});
export const ApprovalOrder = z.object({ ...about, amount_usd_micros: micros, reason: z.string() });
export const UsageOrder = z.object({
  ...about,
  kind: z.string(),
  amount_usd_micros: micros,
  tokens: z.number().int().nonnegative(),
});

/**
 * How the next approvals are answered: for how long they hold, and whether somebody has to be waited for. Kept until
 * the next order.
 */
export const PrismOrder = z.strictObject({
  valid_ms: z.number().int().min(0).optional().describe('0: run out when they are given.'),
  approve_after_ms: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Pending, and approved by itself so much later.'),
});

interface Approval {
  readonly approval_id: string;
  readonly status: 'approved' | 'pending' | 'denied';
  readonly reasons: readonly { code: string; message: string }[];
  readonly expires_at: string | null;
  /** When it is approved by itself; undefined when somebody has to decide. */
  readonly approves_at?: string;
}

/** Below this an approval needs nobody. */
const LIMIT_USD_MICROS = 50_000_000;
const VALID_MS = 7 * 86_400_000;

/** Costs: estimates, approvals, usage; each idempotent by its key, and kept over a kill. */
export function createPrism(directory: string) {
  const log = openJsonLines<{
    key: string | null;
    approval?: Approval;
    usage?: { id: string; tenant: string; micros: number };
  }>(directory, 'prism.jsonl');
  const approvals = new Map<string, Approval>();
  const approvalByKey = new Map<string, string>();
  const usageByKey = new Map<string, string>();
  const totals: Record<string, number> = {};
  let ordered: z.infer<typeof PrismOrder> = {};
  for (const row of log.rows) remember(row);
  function remember({ key, approval, usage }: (typeof log.rows)[number]): void {
    if (approval !== undefined) {
      approvals.set(approval.approval_id, approval);
      if (key !== null) approvalByKey.set(key, approval.approval_id);
    }
    if (usage !== undefined) {
      totals[usage.tenant] = (totals[usage.tenant] ?? 0) + usage.micros;
      if (key !== null) usageByKey.set(key, usage.id);
    }
  }
  const keep = (row: (typeof log.rows)[number]): void => {
    log.append([row]);
    remember(row);
  };
  return {
    order(order: z.infer<typeof PrismOrder>) {
      ordered = order;
      return ordered;
    },
    estimate: () => ({ estimate_id: randomUUID() }),
    request(order: z.infer<typeof ApprovalOrder>, key: string | undefined, deny: boolean): Approval {
      const id = key === undefined ? undefined : approvalByKey.get(`${order.tenant_id} ${key}`);
      const known = id === undefined ? undefined : approvals.get(id);
      if (known !== undefined) return shown(known);
      const { valid_ms = VALID_MS, approve_after_ms: afterMs } = ordered;
      const waits = afterMs !== undefined || order.amount_usd_micros > LIMIT_USD_MICROS;
      const status = deny ? 'denied' : waits ? 'pending' : 'approved';
      const approval: Approval = {
        approval_id: randomUUID(),
        status,
        reasons: deny ? [{ code: 'ORDERED', message: 'a denial was ordered' }] : [],
        expires_at: new Date(Date.now() + valid_ms).toISOString(),
        ...(afterMs === undefined || deny
          ? {}
          : { approves_at: new Date(Date.now() + afterMs).toISOString() }),
      };
      keep({ key: key === undefined ? null : `${order.tenant_id} ${key}`, approval });
      return shown(approval);
    },
    approval(id: string): Approval | undefined {
      const known = approvals.get(id);
      return known === undefined ? undefined : shown(known);
    },
    decide(id: string, status: 'approved' | 'denied'): Approval | undefined {
      const known = approvals.get(id);
      if (known === undefined) return undefined;
      const { approves_at: _, ...rest } = known;
      const approval = { ...rest, status };
      keep({ key: null, approval });
      return approval;
    },
    use(order: z.infer<typeof UsageOrder>, key: string | undefined): { usage_id: string } {
      const scoped = key === undefined ? null : `${order.tenant_id} ${key}`;
      const known = scoped === null ? undefined : usageByKey.get(scoped);
      if (known !== undefined) return { usage_id: known };
      const id = randomUUID();
      keep({ key: scoped, usage: { id, tenant: order.tenant_id, micros: order.amount_usd_micros } });
      return { usage_id: id };
    },
    totals: () => totals,
  };
}

/** As it stands now. */
function shown({ approves_at: at, ...approval }: Approval): Approval {
  const due = approval.status === 'pending' && at !== undefined && Date.parse(at) <= Date.now();
  return due ? { ...approval, status: 'approved' } : approval;
}
