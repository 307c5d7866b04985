import type { Calls } from './calls.ts';
import * as wire from './wire.ts';

/** What money is asked, approved or spent for. */
export interface Subject {
  readonly tenantId: string;
  readonly projectId: string;
  readonly subject: string;
}

/** PRISM: estimates, approvals and what was spent, in millionths of US dollars. */
export const prismCalls = ({ post, get }: Calls) => ({
  prismEstimate: (
    of: Subject & { kind: string },
    estimate: { low: number; expected: number; high: number },
  ) =>
    post({
      endpoint: 'prism',
      path: '/v1/prism/estimates',
      answer: wire.Estimate,
      body: {
        ...subject(of),
        kind: of.kind,
        low_usd_micros: estimate.low,
        expected_usd_micros: estimate.expected,
        high_usd_micros: estimate.high,
      },
    }),
  requestApproval: (of: Subject & { amountUsdMicros: number; reason: string }, idempotencyKey: string) =>
    post({
      endpoint: 'prism',
      path: '/v1/prism/approvals',
      answer: wire.Approval,
      body: { ...subject(of), amount_usd_micros: of.amountUsdMicros, reason: of.reason },
      idempotencyKey,
    }),
  getApproval: (id: string) =>
    get({ endpoint: 'prism', path: `/v1/prism/approvals/${encodeURIComponent(id)}`, answer: wire.Approval }),
  recordUsage: (
    of: Subject & { kind: string; amountUsdMicros: number; tokens: number },
    idempotencyKey: string,
  ) =>
    post({
      endpoint: 'prism',
      path: '/v1/prism/usage',
      answer: wire.Usage,
      body: {
        ...subject(of),
        kind: of.kind,
        amount_usd_micros: of.amountUsdMicros,
        tokens: of.tokens,
      },
      idempotencyKey,
    }),
});

const subject = (of: Subject) => ({
  tenant_id: of.tenantId,
  project_id: of.projectId,
  subject: of.subject,
});
