/**
 * Brings what version N of an event said to version N + 1. Most new versions need none: Avro fills a new field with its default. One is written when meaning moves:
 * when the default would say something that the old event did not mean.
 */
export type Upcaster = (old: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** Event → version it was written with → upcaster to the next. Once events of a version are in a log, its upcaster is never taken away. */
export const UPCASTERS: Readonly<Record<string, Readonly<Record<number, Upcaster>>>> = {};
