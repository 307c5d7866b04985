import { z } from 'zod';
import { AuditBatch } from './requests.ts';
import { TraceRow } from './trace-store.ts';

// What the simulator answers, for the OpenAPI document and for the specs that hold its answers against it.

const time = z.iso.datetime();
const reasons = z.array(z.strictObject({ code: z.string(), message: z.string() }));
const findings = z
  .array(z.strictObject({ type: z.string(), count: z.number().int().min(1) }))
  .describe('How often a type was found; never a value.');

export const ProblemAnswer = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
  })
  .describe('RFC 9457. AUDIT_GAP adds acknowledged_seq, AUDIT_CHAIN_BROKEN adds at_seq.');
export const LoginAnswer = z.union([
  z.strictObject({ active: z.literal(false) }).describe('Unknown, expired and revoked keys look alike.'),
  z.strictObject({
    active: z.literal(true),
    subject: z.string(),
    tenant_id: z.string(),
    projects: z.array(z.string()).describe('["*"] means all of the tenant.'),
    roles: z.array(z.enum(['viewer', 'engineer', 'approver', 'admin', 'auditor', 'service'])),
    expires_at: time.nullable(),
  }),
]);
export const GovernanceAnswer = z.strictObject({
  decision_id: z.string(),
  decision: z.enum(['allow', 'deny']),
  reasons,
  policy_version: z.string(),
  decided_at: time,
});
export const SanitizeAnswer = z.strictObject({
  scan_id: z.string().describe('The same request is the same scan.'),
  policy_version: z.string(),
  documents: z
    .array(
      z.strictObject({
        id: z.string(),
        action: z.enum(['pass', 'redact', 'drop', 'block']),
        texts: z
          .array(z.string())
          .describe('Sanitised, also those of a document that is dropped or blocked.'),
        findings,
      }),
    )
    .describe('The documents that were sent, in their order.'),
});
export const ScanAnswer = z.strictObject({
  scan_id: z.string(),
  verdict: z.enum(['clean', 'flagged']),
  findings,
  text: z.string().describe('Sanitised.'),
});
export const ScoreAnswer = z.strictObject({
  score_id: z.string(),
  policy_version: z.string(),
  scores: z.array(
    z.strictObject({ id: z.string(), risk: z.number().min(0).max(1), flags: z.array(z.string()) }),
  ),
});
export const EstimateAnswer = z.strictObject({ estimate_id: z.string() });
export const ApprovalAnswer = z.strictObject({
  approval_id: z.string(),
  status: z.enum(['approved', 'pending', 'denied']),
  reasons,
  expires_at: time.nullable(),
});
export const UsageAnswer = z.strictObject({ usage_id: z.string() });
export const ResolveAnswer = z.strictObject({ uri: z.string().regex(/^s3:\/\//) });
export const TracesAnswer = z.strictObject({
  data: z.array(TraceRow),
  next_cursor: z.string().nullable(),
});
export const AcknowledgedAnswer = z.strictObject({ acknowledged_seq: z.number().int().min(0) });
export const PositionAnswer = z.strictObject({
  acknowledged_seq: z.number().int().min(0).describe('0 when there is none.'),
  hash: z.string().nullable(),
});
export const AuditEventsAnswer = z.strictObject({ data: AuditBatch.shape.events.unwrap().array() });
export const HealthAnswer = z.strictObject({ status: z.literal('alive'), simulator: z.literal(true) });

export const NoteKeptAnswer = z.object({ size: z.number().int().min(0) });
export const NotesAnswer = z.object({
  data: z.array(z.object({ size: z.number().int().min(0), note: z.string() })),
});
