import { z } from 'zod';
import {
  facts,
  Filters,
  id,
  instant,
  listOf,
  Page,
  projectId,
  reason,
  refusal,
  sha256,
  share,
  NewTarget,
  Target,
  NewLabels,
  labels,
  ByName,
} from '../parts.ts';
import { verdict } from './model-versions.ts';

export const PROMOTION_STATUSES = ['pending', 'promoted', 'rejected', 'blocked', 'rolled_back'] as const;

export const RequestPromotion = z
  .strictObject({
    project_id: projectId,
    ...NewLabels,
    model_version_id: id,
    target: NewTarget,
    min_eval_score: z.number().min(0).max(1),
    notes: z.string().trim().min(1).max(4000).nullish(),
  })
  .meta({ id: 'RequestPromotion' });
export const ApprovePromotion = z
  .strictObject({
    evidence_sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits, as the promotion shows them'),
  })
  .meta({ id: 'ApprovePromotion' });
export const RejectPromotion = z.strictObject({ reason }).meta({ id: 'RejectPromotion' });
export const RollBackPromotion = z.strictObject({ reason }).meta({ id: 'RollBackPromotion' });
export const OverridePointer = z
  .strictObject({ model_version_id: id, reason })
  .meta({ id: 'OverridePointer' });

export const ListPromotions = z.strictObject({
  ...Filters,
  ...ByName,
  status: z.enum(PROMOTION_STATUSES).optional(),
  model_version_id: id.optional(),
});

export const promotionRequest = {
  project_id: z.string(),
  model_version_id: id,
  target: Target,
  min_eval_score: share,
  notes: z.string().nullable(),
  evidence: z
    .strictObject({
      eval_run_id: id,
      suite_id: id,
      suite_version: z.int().min(1),
      score: share,
      ci_low: z.number(),
      ci_high: z.number(),
      baseline_run_id: id.nullable(),
      verdict: verdict.nullable(),
      results_sha256: z.string(),
    })
    .meta({ id: 'Evidence' })
    .nullable(),
};

export const Promotion = z
  .strictObject({
    id,
    object: z.literal('promotion'),
    status: z.enum(PROMOTION_STATUSES),
    ...promotionRequest,
    evidence_sha256: sha256.nullable().describe('What an approval must name.'),
    approved_by: z.string().nullable(),
    previous_model_version_id: id.nullable().describe('What was live before.'),
    rejection: z
      .strictObject({ rejected_by: z.string(), reason: z.string() })
      .meta({ id: 'PromotionRejection' })
      .nullable(),
    rollback: z
      .strictObject({
        rolled_back_by: z.string(),
        reason: z.string(),
        restored_model_version_id: id.nullable(),
      })
      .meta({ id: 'PromotionRollback' })
      .nullable(),
    ...refusal,
    ...labels,
    ...facts,
  })
  .meta({ id: 'Promotion' });
export const PromotionList = listOf('PromotionList', Promotion);

export const POINTER_STATUSES = ['live', 'empty'] as const;
export const ListPointers = z.strictObject({
  ...Page,
  project_id: projectId.optional().describe('Only of this project.'),
  status: z.enum(POINTER_STATUSES).optional(),
  at: instant.optional().describe('As they stood at this time; then the list is one page.'),
});
export const ProductionPointer = z
  .strictObject({
    id,
    object: z.literal('production_pointer'),
    status: z.enum(POINTER_STATUSES),
    project_id: z.string(),
    target: Target,
    model_version_id: id.nullable().describe('What is live; null when nothing is.'),
    provider_model_id: z.string().nullable(),
    promotion_id: id.nullable().describe('Null for an admin’s override.'),
    history: z
      .array(
        z
          .strictObject({
            model_version_id: id,
            provider_model_id: z.string(),
            promotion_id: id.nullable(),
            at: z.iso.datetime(),
            by: z.string(),
          })
          .meta({ id: 'PointerEntry' }),
      )
      .describe('What it stood on, oldest first.'),
    ...facts,
  })
  .meta({ id: 'ProductionPointer' });
export const ProductionPointerList = listOf('ProductionPointerList', ProductionPointer);
