import { z } from 'zod';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import { digest } from '@ftm/contracts/ids';
import { codeFrom, type ScannedText } from '@ftm/contracts/scanned-text';

/** The Orchestrator's answers as agreed in `sandbox/openapi/orchestrator.json`, and as FTM sees them. */

const reasons = z
  .array(z.object({ code: z.string().max(100).transform(codeFrom), message: z.string().max(1000) }))
  .max(50);
const findings = z
  .array(z.object({ type: z.string().max(100), count: z.number().int().nonnegative() }))
  .max(100);

export const Login = z.discriminatedUnion('active', [
  z.object({ active: z.literal(false) }),
  z
    .object({
      active: z.literal(true),
      subject: z.string().min(1).max(200),
      tenant_id: z.string().min(1).max(64),
      projects: z.array(z.string()).max(10_000),
      roles: z.array(z.string()).max(50),
      expires_at: z.string().nullable(),
    })
    .transform((each) => ({
      active: each.active,
      subject: each.subject,
      tenantId: each.tenant_id,
      projects: each.projects,
      roles: each.roles,
      expiresAt: each.expires_at,
    })),
]);
export type Principal = Extract<z.infer<typeof Login>, { active: true }>;

export interface GovernanceQuestion {
  readonly action: string;
  readonly tenantId: string;
  readonly projectId: string | null;
  readonly actor: string;
  readonly resource: { readonly type: string; readonly id: string };
  readonly context: Readonly<Record<string, unknown>>;
}
/** Everything that decides the answer to a governance question but the question itself: what was asked of FTM. */
export interface Asked {
  /** Hash of the request that the question is asked for. */
  readonly fingerprint: string;
  /** ISO 8601. An answer is good for the minute it was given in: a yes cannot be stocked up. */
  readonly at: string;
}

/** The Idempotency-Key of a governance question: who asks, what, about what, for which request, in which minute. Nothing else ever gets its answer. */
export const questionKey = (
  { tenantId, projectId, actor, action, resource, context }: GovernanceQuestion,
  { fingerprint, at }: Asked,
): string =>
  digest(
    'ftm.gate',
    tenantId,
    projectId ?? '',
    actor,
    action,
    resource.type,
    resource.id,
    canonicalJson(context),
    fingerprint,
    at.slice(0, 'YYYY-MM-DDTHH:MM'.length),
  );

export const Governance = z
  .object({
    decision_id: z.string().min(1),
    decision: z.enum(['allow', 'deny']),
    reasons,
    policy_version: z.string(),
    decided_at: z.string(),
  })
  .transform((each) => ({
    decisionId: each.decision_id,
    decision: each.decision,
    reasons: each.reasons,
    policyVersion: each.policy_version,
    decidedAt: each.decided_at,
  }));

export interface Document {
  readonly id: string;
  readonly texts: readonly string[];
}
export const Sanitized = z
  .object({
    scan_id: z.string().min(1),
    policy_version: z.string(),
    documents: z.array(
      z.object({
        id: z.string(),
        action: z.enum(['pass', 'redact', 'drop', 'block']),
        texts: z.array(z.string()),
        findings,
      }),
    ),
  })
  .transform((each) => ({
    scanId: each.scan_id,
    policyVersion: each.policy_version,
    documents: each.documents,
  }));
export type SanitizedDocument = z.infer<typeof Sanitized>['documents'][number];

export const Scan = z
  .object({ scan_id: z.string().min(1), verdict: z.enum(['clean', 'flagged']), findings, text: z.string() })
  .transform((each) => ({
    scanId: each.scan_id,
    verdict: each.verdict,
    findings: each.findings,
    // This is the one place where words become scanned ones.
    text: each.text as ScannedText,
  }));

export const Score = z
  .object({
    score_id: z.string().min(1),
    policy_version: z.string(),
    scores: z.array(z.object({ id: z.string(), risk: z.number().min(0).max(1), flags: z.array(z.string()) })),
  })
  .transform((each) => ({ scoreId: each.score_id, policyVersion: each.policy_version, scores: each.scores }));

export const Estimate = z
  .object({ estimate_id: z.string().min(1) })
  .transform((each) => ({ estimateId: each.estimate_id }));
export const Approval = z
  .object({
    approval_id: z.string().min(1),
    status: z.enum(['approved', 'pending', 'denied']),
    reasons,
    expires_at: z.string().nullable(),
  })
  .transform((each) => ({
    approvalId: each.approval_id,
    status: each.status,
    reasons: each.reasons,
    expiresAt: each.expires_at,
  }));
export const Usage = z
  .object({ usage_id: z.string().min(1) })
  .transform((each) => ({ usageId: each.usage_id }));

export const Resource = z.object({ uri: z.string().regex(/^s3:\/\/[^/]+/) });

const message = z.record(z.string(), z.unknown());
export const Traces = z
  .object({
    data: z
      .array(
        z.object({
          id: z.string(),
          tenant_id: z.string(),
          project_id: z.string(),
          assistant_id: z.string(),
          user_id: z.string().nullable(),
          started_at: z.string(),
          outcome: z.string(),
          tags: z.array(z.string()),
          messages: z.array(message),
          tools: z.array(z.record(z.string(), z.unknown())).max(128).default([]),
          feedback: z
            .array(
              z.object({
                message_index: z.number().int().nonnegative(),
                rating: z.enum(['up', 'down']),
                correction: z.string().nullable().default(null),
                alternative: z.string().nullable().default(null),
              }),
            )
            .max(1000)
            .default([]),
        }),
      )
      .max(500),
    next_cursor: z.string().nullable(),
  })
  .transform((page) => ({
    nextCursor: page.next_cursor,
    data: page.data.map((each) => ({
      id: each.id,
      tenantId: each.tenant_id,
      projectId: each.project_id,
      assistantId: each.assistant_id,
      userId: each.user_id,
      startedAt: each.started_at,
      outcome: each.outcome,
      tags: each.tags,
      messages: each.messages,
      tools: each.tools,
      feedback: each.feedback.map((said) => ({
        messageIndex: said.message_index,
        rating: said.rating,
        correction: said.correction,
        alternative: said.alternative,
      })),
    })),
  }));
export type TracePage = z.infer<typeof Traces>;
/** A recorded conversation, raw: it may hold personal data until TRiSM has sanitised it. Never store or log it. */
export type Trace = TracePage['data'][number];

/** An event of the log as the audit sink stores it: the envelope, and the value's bytes. */
export interface AuditEvent {
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly time: string;
  readonly stream: string;
  readonly version: number;
  readonly command: string;
  readonly fingerprint: string;
  readonly actor: string;
  readonly correlation: string;
  readonly causation: string | null;
  readonly traceparent: string | null;
  readonly value_base64: string;
}
export const Acknowledged = z
  .object({ acknowledged_seq: z.number().int().nonnegative(), hash: z.string().nullish() })
  .transform((each) => ({ acknowledgedSeq: each.acknowledged_seq, hash: each.hash ?? null }));

export const AuditEvents = z
  .object({
    data: z
      .array(
        z.object({
          seq: z.number().int().positive(),
          prev: z.string(),
          hash: z.string(),
          id: z.string(),
          type: z.string(),
          source: z.string(),
          time: z.string(),
          stream: z.string(),
          version: z.number().int().positive(),
          command: z.string(),
          fingerprint: z.string(),
          actor: z.string(),
          correlation: z.string(),
          causation: z.string().nullable(),
          traceparent: z.string().nullable(),
          value_base64: z.string(),
        }),
      )
      .max(1000),
  })
  .transform((page): readonly AuditEvent[] => page.data);

export const CheckpointKept = z.object({ size: z.number().int().nonnegative() });
export const Checkpoints = z
  .object({ data: z.array(z.object({ size: z.number().int().nonnegative(), note: z.string() })).max(1000) })
  .transform((page) => page.data);
