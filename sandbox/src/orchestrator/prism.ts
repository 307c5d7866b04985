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

type Entry = {
  readonly key: string | null;
  readonly approval?: Approval;
  readonly usage?: { readonly id: string; readonly tenant: string; readonly micros: number };
};

/** What was approved and used, by id and by the key that it was asked for under; kept over a kill. */
function openLedger(directory: string) {
  const log = openJsonLines<Entry>(directory, 'prism.jsonl');
  const approvals = new Map<string, Approval>();
  const approvalByKey = new Map<string, string>();
  const usageByKey = new Map<string, string>();
  const totals: Record<string, number> = {};
  const remember = ({ key, approval, usage }: Entry): void => {
    if (approval !== undefined) {
      approvals.set(approval.approval_id, approval);
      if (key !== null) approvalByKey.set(key, approval.approval_id);
    }
    if (usage !== undefined) {
      totals[usage.tenant] = (totals[usage.tenant] ?? 0) + usage.micros;
      if (key !== null) usageByKey.set(key, usage.id);
    }
  };
  log.rows.forEach(remember);
  return {
    totals,
    keep(entry: Entry): void {
      log.append([entry]);
      remember(entry);
    },
    approval: (id: string): Approval | undefined => approvals.get(id),
    approvalOf: (key: string | null): Approval | undefined =>
      key === null ? undefined : approvals.get(approvalByKey.get(key) ?? ''),
    usageOf: (key: string | null): string | undefined => (key === null ? undefined : usageByKey.get(key)),
  };
}

/** Costs: estimates, approvals, usage; each idempotent by its key. */
export function createPrism(directory: string) {
  const ledger = openLedger(directory);
  let ordered: z.infer<typeof PrismOrder> = {};
  return {
    order(order: z.infer<typeof PrismOrder>) {
      ordered = order;
      return ordered;
    },
    estimate: () => ({ estimate_id: randomUUID() }),
    request(order: z.infer<typeof ApprovalOrder>, key: string | undefined, deny: boolean): Approval {
      const scoped = scopedTo(order.tenant_id, key);
      const known = ledger.approvalOf(scoped);
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
      ledger.keep({ key: scoped, approval });
      return shown(approval);
    },
    approval(id: string): Approval | undefined {
      const known = ledger.approval(id);
      return known === undefined ? undefined : shown(known);
    },
    decide(id: string, status: 'approved' | 'denied'): Approval | undefined {
      const known = ledger.approval(id);
      if (known === undefined) return undefined;
      const { approves_at: _, ...rest } = known;
      const approval = { ...rest, status };
      ledger.keep({ key: null, approval });
      return approval;
    },
    use(order: z.infer<typeof UsageOrder>, key: string | undefined): { usage_id: string } {
      const scoped = scopedTo(order.tenant_id, key);
      const known = ledger.usageOf(scoped);
      if (known !== undefined) return { usage_id: known };
      const id = randomUUID();
      ledger.keep({ key: scoped, usage: { id, tenant: order.tenant_id, micros: order.amount_usd_micros } });
      return { usage_id: id };
    },
    totals: () => ledger.totals,
  };
}

const scopedTo = (tenant: string, key: string | undefined): string | null =>
  key === undefined ? null : `${tenant} ${key}`;

/** As it stands now. */
function shown({ approves_at: at, ...approval }: Approval): Approval {
  const due = approval.status === 'pending' && at !== undefined && Date.parse(at) <= Date.now();
  return due ? { ...approval, status: 'approved' } : approval;
}
