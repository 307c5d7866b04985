export type TenantCommand =
  /** `confirmation` is the tenant's id once more, typed by who asks. */
  | {
      readonly type: 'RequestTenantErasure';
      readonly id: string;
      readonly confirmation: string;
      readonly reason: string;
    }
  /** By somebody else than who asked. */
  | { readonly type: 'ConfirmTenantErasure'; readonly id: string; readonly confirmation: string }
  /** `dataKeys`: how many the tenant ever had. */
  | { readonly type: 'RecordTenantErased'; readonly id: string; readonly dataKeys: number };
