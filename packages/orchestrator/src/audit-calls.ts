import type { Calls } from './calls.ts';
import { garbage } from './http-call.ts';
import * as wire from './wire.ts';

/** The copy of the log that the Orchestrator keeps, and the checkpoints beside it. */
export const auditCalls = ({ post, get }: Calls) => ({
  /**
   * A contiguous range of one tenant's events; a repeat of what the Orchestrator has is accepted.
   * @throws OrchestratorRefused `AUDIT_GAP` (go on after `body.acknowledged_seq`) or `AUDIT_CHAIN_BROKEN` (at
   * `body.at_seq`: alarm)
   */
  async sendAuditEvents(tenantId: string, events: readonly wire.AuditEvent[]) {
    const answer = await post({
      endpoint: 'audit',
      path: '/v1/audit/events',
      answer: wire.Acknowledged,
      body: { tenant_id: tenantId, events },
    });
    if (answer.acknowledgedSeq < (events.at(-1)?.seq ?? 0))
      throw garbage('audit', 'less acknowledged than was sent');
    return answer;
  },
  /**
   * A signed checkpoint, for the Orchestrator to keep: it vouches for what FTM once said.
   * @throws OrchestratorRefused `AUDIT_GAP` (its copy has not come as far yet) or `AUDIT_CHECKPOINT_MISMATCH`
   * (another history: alarm)
   */
  sendAuditCheckpoint: (tenantId: string, note: string) =>
    post({
      endpoint: 'audit',
      path: '/v1/audit/checkpoints',
      answer: wire.CheckpointKept,
      body: { tenant_id: tenantId, note },
    }),
  /** The notes that it keeps of a tenant, oldest first, from the first that is larger than `afterSize`. */
  auditCheckpoints: (tenantId: string, afterSize = 0) =>
    get({
      endpoint: 'audit',
      path: `${of(tenantId)}/checkpoints?after_size=${afterSize}`,
      answer: wire.Checkpoints,
    }),
  /** What the Orchestrator's copy holds, from a sequence number on. */
  auditEvents: (tenantId: string, fromSeq: number, limit = 500) =>
    get({
      endpoint: 'audit',
      path: `${of(tenantId)}/events?from_seq=${fromSeq}&limit=${limit}`,
      answer: wire.AuditEvents,
    }),
  auditPosition: (tenantId: string) =>
    get({ endpoint: 'audit', path: `${of(tenantId)}/position`, answer: wire.Acknowledged }),
});

const of = (tenantId: string): string => `/v1/audit/tenants/${encodeURIComponent(tenantId)}`;
