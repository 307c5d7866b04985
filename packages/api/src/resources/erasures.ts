import { z } from 'zod';
import { count, facts, id, Page, reason, tenantId } from '../parts.ts';
import { ModelVersionList } from './model-versions.ts';

export const ErasurePage = z.strictObject(Page);

export const DatasetErasure = z
  .strictObject({
    object: z.literal('dataset_erasure'),
    dataset_id: id,
    state: z.enum(['not_asked', 'erasing', 'erased']),
    reason: z.string().nullable(),
    data_key_id: z.string().nullable(),
    erased_at: z.iso.datetime().nullable(),
    models: ModelVersionList.describe('What was trained on it, to be deleted at its provider.'),
  })
  .meta({ id: 'DatasetErasure' });

const tenant_id = tenantId.describe('The tenant’s own id, so that nobody erases by mistake.');
export const RequestTenantErasure = z
  .strictObject({ tenant_id, reason })
  .meta({ id: 'RequestTenantErasure' });
export const ConfirmTenantErasure = z.strictObject({ tenant_id }).meta({ id: 'ConfirmTenantErasure' });

export const TENANT_STATUSES = ['erasure_requested', 'erasing', 'erased'] as const;
export const Tenant = z
  .strictObject({
    id,
    object: z.literal('tenant'),
    status: z.enum(TENANT_STATUSES),
    erasure: z
      .strictObject({
        requested_by: z.string(),
        confirmed_by: z.string().nullable().describe('Null until another admin has confirmed.'),
        reason: z.string(),
        data_keys: count.nullable().describe('How many data keys were destroyed; null until they are.'),
      })
      .meta({ id: 'TenantKeysDestroyed' }),
    ...facts,
  })
  .meta({ id: 'Tenant' });

export const TenantErasure = z
  .strictObject({
    object: z.literal('tenant_erasure'),
    tenant_id: z.string(),
    state: z.enum(['not_asked', ...TENANT_STATUSES]),
    reason: z.string().nullable(),
    requested_by: z.string().nullable(),
    confirmed_by: z.string().nullable(),
    data_keys: count.nullable(),
    erased_at: z.iso.datetime().nullable(),
    models: ModelVersionList.describe('All models of the tenant, to be deleted at their provider.'),
  })
  .meta({ id: 'TenantErasure' });
