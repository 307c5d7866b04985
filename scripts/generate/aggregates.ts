import { ANY_STREAM, latest, TECHNICAL, type EventSchema } from './read-schemas.ts';

/** TypeScript for the aggregates: a directory of `schemas/` is one, and its events belong on the streams of it. */
export function aggregates(schemas: readonly EventSchema[]): string {
  const events = latest(schemas).filter(({ aggregate }) => aggregate !== TECHNICAL);
  const names = [...new Set(events.map(({ aggregate }) => aggregate))].filter((name) => name !== ANY_STREAM);
  return [
    '// Generated from schemas/ by `npm run generate`. Do not edit.',
    '',
    "import type { EventName } from './events.ts';",
    '',
    '/** Everything that has streams of its own. */',
    `export const AGGREGATES = [${names.map((name) => `\n  '${name}',`).join('')}\n] as const;`,
    '',
    'export type Aggregate = (typeof AGGREGATES)[number];',
    '',
    '/** On whose streams an event stands; `any` is on those of any aggregate. */',
    'export const AGGREGATE_OF_EVENT = {',
    ...events.map(({ name, aggregate }) => `  ${name}: '${aggregate === ANY_STREAM ? 'any' : aggregate}',`),
    "} as const satisfies Record<EventName, Aggregate | 'any'>;",
    '',
  ].join('\n');
}
