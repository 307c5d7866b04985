import type { GraderSpec } from '@ftm/contracts/generated/events';

/** A score between 0 and 1. */
export type Grader = (output: string, expected: string) => number;

/** @throws RangeError for a kind or operation that this version does not know */
export function createGrader(spec: GraderSpec): Grader {
  const config = JSON.parse(spec.configJson) as { operation?: string; evaluation_metric?: string };
  if (spec.kind === 'string_check') return stringCheck(config.operation ?? 'eq');
  if (config.evaluation_metric === 'fuzzy_match') return fuzzyMatch;
  throw new RangeError(`grader ${spec.name}: ${spec.kind} with ${spec.configJson} is not known`);
}

function stringCheck(operation: string): Grader {
  const yes = (holds: boolean): number => (holds ? 1 : 0);
  switch (operation) {
    case 'eq':
      return (output, expected) => yes(output.trim() === expected.trim());
    case 'ne':
      return (output, expected) => yes(output.trim() !== expected.trim());
    case 'like':
      return (output, expected) => yes(output.includes(expected.trim()));
    case 'ilike':
      return (output, expected) => yes(output.toLowerCase().includes(expected.trim().toLowerCase()));
    default:
      throw new RangeError(`string_check has no operation ${operation}: eq, ne, like, ilike`);
  }
}

/** Dice's coefficient over character pairs of the lower-cased texts: 1 for equal texts, 0 for nothing in common. */
const fuzzyMatch: Grader = (output, expected) => {
  const a = pairs(output);
  const b = pairs(expected);
  if (a.length === 0 && b.length === 0) return output.trim() === expected.trim() ? 1 : 0;
  const counts = new Map<string, number>();
  for (const pair of a) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  let common = 0;
  for (const pair of b) {
    const left = counts.get(pair) ?? 0;
    if (left === 0) continue;
    counts.set(pair, left - 1);
    common += 1;
  }
  return (2 * common) / (a.length + b.length);
};

function pairs(text: string): string[] {
  const plain = text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
  return Array.from({ length: Math.max(0, plain.length - 1) }, (_, at) => plain.slice(at, at + 2));
}
