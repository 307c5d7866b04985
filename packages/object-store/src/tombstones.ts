/** What the log says of erased data keys. Bytes can be copied and brought back; what was decided stays decided. */
export interface Tombstones {
  /** Was it destroyed, or all keys of the tenant? @throws whatever the place where it is looked up does: what cannot be asked opens nothing */
  has(tenantId: string, keyId: string): Promise<boolean>;
}
