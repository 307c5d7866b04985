import type { Pool } from '@ftm/postgres/pool';

/** What a webhook says, and no more: a job of the provider’s has changed. */
export interface ProviderHint {
  readonly webhookId: string;
  readonly type: string;
  readonly providerJobId: string;
}

/** Keeps a hint once, however often it is sent. The runners take it from there. */
export type KeepHint = (hint: ProviderHint) => Promise<void>;

export const createHints =
  (pool: Pool): KeepHint =>
  async ({ webhookId, type, providerJobId }) => {
    await pool.query(
      'insert into work.provider_hints (webhook_id, type, provider_job_id) values ($1, $2, $3) on conflict do nothing',
      [webhookId, type, providerJobId],
    );
  };
