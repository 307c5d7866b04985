import { z } from 'zod';
import { badRequest } from './errors.ts';
import { newId } from './ids.ts';
import type { Organisation } from './organisations.ts';

/** What can be ordered to go wrong, and where. */
export const FaultSchema = z.strictObject({
  target: z
    .string()
    .min(1)
    .describe(
      'A route’s target such as `jobs.create`, `jobs.*` for all of a family, `training` for the training itself, or `*`.',
    ),
  kind: z.enum([
    'error',
    'error_after_accept',
    'hang',
    'hang_after_accept',
    'slow',
    'rate_limit',
    'insufficient_quota',
    'garbage',
    'stale',
    'unknown_status',
  ]),
  times: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Requests that it hits; without it, all until it is deleted.'),
  delay_ms: z
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe('`slow`: how long; `stale`: how old the answers are.'),
  retry_after: z
    .number()
    .nonnegative()
    .optional()
    .describe('`rate_limit`: seconds in the retry-after header.'),
  trained_tokens: z
    .number()
    .int()
    .nonnegative()
    .optional()
    .describe(
      '`error` at `training`: what the job that fails says was trained, and is billed; without it, it does not say.',
    ),
  api_key: z
    .string()
    .min(1)
    .optional()
    .describe('Only for the organisation of this key; without it, for all.'),
  status: z
    .union([z.number().int().min(400).max(599), z.string().min(1)])
    .optional()
    .describe('`error` and `error_after_accept`: HTTP status; `unknown_status`: the status that jobs show.'),
});

export type FaultOrder = z.infer<typeof FaultSchema>;
export type Fault = Omit<FaultOrder, 'api_key'> & {
  readonly id: string;
  readonly hits: number;
  /** Organisation, null for all. */
  readonly org: string | null;
};

export interface Faults {
  /** @throws ApiError 400 for a key that is nobody's */
  order(fault: FaultOrder): Fault;
  list(): Fault[];
  remove(id: string): boolean;
  clear(): void;
  /** The oldest fault that fits the target, used up by one. */
  take(target: string, org: string): Fault | undefined;
}

export function createFaults(
  organisationOf: (header: string | undefined) => Organisation | undefined,
): Faults {
  const faults = new Map<string, Fault>();
  return {
    order({ api_key, ...order }) {
      const org = api_key === undefined ? null : organisationOf(`Bearer ${api_key}`)?.id;
      if (org === undefined) throw badRequest('There is no organisation with this key.', 'api_key');
      const fault: Fault = { ...order, org, id: newId('fault-', 12), hits: 0 };
      faults.set(fault.id, fault);
      return fault;
    },
    list: () => [...faults.values()],
    remove: (id) => faults.delete(id),
    clear: () => faults.clear(),
    take(target, org) {
      const found = [...faults.values()].find(
        (fault) => fits(fault.target, target) && (fault.org ?? org) === org,
      );
      if (found === undefined) return undefined;
      const used = { ...found, hits: found.hits + 1 };
      if (used.hits === used.times) faults.delete(used.id);
      else faults.set(used.id, used);
      return used;
    },
  };
}

function fits(pattern: string, target: string): boolean {
  if (pattern === '*') return target !== 'training';
  return pattern === target || (pattern.endsWith('.*') && target.startsWith(pattern.slice(0, -1)));
}
