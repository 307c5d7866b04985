import type { z } from 'zod';
import type { Facts } from '@ftm/domain/facts';
import type { labels, notes, times } from '../parts.ts';

type Of<S extends z.ZodRawShape> = z.input<z.ZodObject<S>>;

/** What people noted about a resource. */
export const notesOf = ({ labels: given }: Facts): Of<typeof notes> => ({
  description: given?.description ?? null,
  metadata: Object.fromEntries((given?.metadata ?? []).map(({ key, value }) => [key, value])),
});

/** The same, with what people call it. */
export const labelsOf = (facts: Facts): Of<typeof labels> => ({
  name: facts.labels?.name ?? null,
  ...notesOf(facts),
});

export const timesOf = ({ startedAt, finishedAt }: Facts): Of<typeof times> => ({
  started_at: startedAt ?? null,
  finished_at: finishedAt ?? null,
});
