import type { TenantId } from '@ftm/contracts/ids';

/** Who tells a command, and when: time and identity come from outside, so that deciding is pure. */
export interface CommandMeta {
  readonly tenantId: TenantId;
  /** Subject of the principal, or `runner:<name>`. */
  readonly actor: string;
  /** ISO 8601 with milliseconds. */
  readonly now: string;
}
