import type { LabelsSet } from '@ftm/contracts/generated/events';
import type { ScannedText } from '@ftm/contracts/scanned-text';

/** What people call a resource, and note about it. No rule looks at it, and it is no part of what is built. */
export type Labels = LabelsSet;

/** The same, of a command: words that TRiSM has read. */
export interface NewLabels {
  readonly name: ScannedText | null;
  readonly description: ScannedText | null;
  readonly metadata: readonly { readonly key: string; readonly value: ScannedText }[];
}

/** A command that begins what people may name. */
export interface Labeled {
  /** Absent: they named nothing. */
  readonly labels?: NewLabels;
}

/** Labels for what follows from a resource: they stand on the log, so that they were scanned before. */
export const inherited = (labels: Labels): NewLabels => labels as NewLabels;
