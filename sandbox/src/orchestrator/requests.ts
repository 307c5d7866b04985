import { z } from 'zod';
import { PROFILES } from './trism.ts';

// What the simulator accepts; the OpenAPI document is made of these same schemas.

/** Of the texts of one sanitize call. */
export const MAX_SANITIZE_BYTES = 4 * 1024 * 1024;

const scope = { tenant_id: z.string().min(1), project_id: z.string().min(1) };
export const LoginOrder = z.object({ api_key: z.string() });
export const SanitizeOrder = z.object({
  ...scope,
  profile: z
    .enum(Object.keys(PROFILES))
    .describe(
      'default: personal data, names and secrets are replaced, a document with orders to the model is dropped. strict: links are replaced too, a document with a secret is blocked.',
    ),
  documents: z
    .array(z.object({ id: z.string(), texts: z.array(z.string()) }))
    .min(1)
    .max(500),
});
export const ScanOrder = z.object({ ...scope, text: z.string().max(100_000) });
export const ScoreOrder = z.object({
  ...scope,
  profile: z.string(),
  outputs: z
    .array(z.object({ id: z.string(), output: z.string() }))
    .min(1)
    .max(1000),
});
export const ResolveOrder = z.object({ ...scope, purpose: z.enum(['datasets', 'evals', 'ft_jobs']) });
export const AuditRange = z.object({
  from_seq: z.coerce.number().int().min(1).default(1),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
});
export const RevokeOrder = z.strictObject({ api_key: z.string() });
export const ApprovalVerdict = z.strictObject({ status: z.enum(['approved', 'denied']) });

export const NoteRange = z.object({ after_size: z.coerce.number().int().min(0).default(0) });

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const text = z.string().min(1).max(512);
const TENANT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const AuditBatch = z.object({
  tenant_id: z.string().regex(TENANT),
  events: z
    .array(
      z.object({
        seq: z.number().int().min(1),
        prev: hash,
        hash,
        id: z.uuid(),
        type: text,
        source: text,
        time: z.iso.datetime(),
        stream: text,
        version: z.number().int().min(1),
        command: text,
        fingerprint: text,
        actor: text,
        correlation: text,
        causation: text.nullable(),
        traceparent: text.nullable(),
        value_base64: z.base64(),
      }),
    )
    .min(1)
    .max(1000),
});
export const AuditNote = z.object({
  tenant_id: z.string().regex(TENANT),
  note: z.string().min(1).max(10_000),
});
