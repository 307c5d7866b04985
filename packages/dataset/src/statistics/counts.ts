/** How often each of a few known names occurs, by name. */
export type Counts = readonly (readonly [name: string, count: number])[];

export interface CountsBuilder {
  add(name: string, times?: number): void;
  build(): Counts;
}

export function createCounts(): CountsBuilder {
  const counts = new Map<string, number>();
  return {
    add(name, times = 1) {
      if (times > 0) counts.set(name, (counts.get(name) ?? 0) + times);
    },
    build: () => [...counts].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

export function mergeCounts(a: Counts, b: Counts): Counts {
  const merged = createCounts();
  for (const [name, count] of [...a, ...b]) merged.add(name, count);
  return merged.build();
}

export const totalOf = (counts: Counts): number => counts.reduce((sum, [, count]) => sum + count, 0);
