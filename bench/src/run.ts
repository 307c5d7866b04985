import type { System } from '@ftm/sandbox/system/system';

/** What a measurement is given. */
export interface Run {
  /** Where the real parts are. */
  readonly env: Readonly<Record<string, string>>;
  readonly commands: number;
  /** Length of the longest log. */
  readonly events: number;
  /** Largest body of rows. */
  readonly megabytes: number;
  /** Is Postgres made to count what it is asked? That costs something itself. */
  readonly statements: boolean;
  /** FTM's own processes; started when first asked for. */
  system(): Promise<System>;
}
