import type { Child } from './child.ts';

/** What it takes to start one part; `start` may be called again after the child has ended, on the same port and data. */
export interface PartPlan {
  readonly name: string;
  readonly logFile: string;
  /** Once, before the first start: format, initialise. */
  prepare(): Promise<void>;
  start(): Promise<Child>;
  /** After the first start: databases, buckets. */
  afterStart?(): Promise<void>;
  /** Data that lies outside of the stack's directory. */
  cleanUp?(): Promise<void>;
}
