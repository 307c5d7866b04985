import type { NextFunction, Request, Response } from 'express';
import { z } from 'zod';

export const TARGETS = ['login', 'governance', 'trism', 'prism', 'resources', 'traces', 'audit'] as const;
export type Target = (typeof TARGETS)[number];

export const FaultOrder = z.strictObject({
  target: z.enum([...TARGETS, '*']),
  kind: z.enum(['deny', 'error', 'hang', 'slow', 'garbage', 'down']),
  status: z.number().int().min(400).max(599).optional(),
  delay_ms: z.number().int().min(0).max(600_000).optional(),
  /** Said along with an error. */
  retry_after_s: z.number().int().min(0).max(600).optional(),
  /** So many times, then no more; default for ever. */
  times: z.number().int().min(1).optional(),
  /** Only requests whose body or query has these values. */
  match: z.record(z.string(), z.unknown()).optional(),
});

interface Fault extends z.infer<typeof FaultOrder> {
  readonly id: string;
  left: number;
}

export interface Faults {
  add(order: z.infer<typeof FaultOrder>): string;
  list(): readonly Fault[];
  remove(id: string | null): void;
  /** Misbehaves as ordered, or lets the request through. `deny` is left to the gates: `denied` tells. */
  middleware(target: Target): (request: Request, response: Response, next: NextFunction) => void;
  denied(target: Target, body: unknown): boolean;
}

/** Cut off, of another shape, and no JSON at all: by turns. */
const GARBAGE = [
  '{"decision": "al',
  '{"active": "yes", "decision": "maybe", "documents": {}}',
  '<html>proxy</html>',
] as const;

/** Trouble on order: what a real Orchestrator does on a bad day. */
export function createFaults(): Faults {
  const faults = new Map<string, Fault>();
  let made = 0;
  let garbled = 0;
  const take = (target: Target, body: unknown, deny: boolean): Fault | undefined => {
    for (const fault of faults.values()) {
      const meant =
        (fault.target === target || fault.target === '*') &&
        (fault.kind === 'deny') === deny &&
        Object.entries(fault.match ?? {}).every(
          ([name, value]) => (body as Record<string, unknown> | undefined)?.[name] === value,
        );
      if (!meant) continue;
      fault.left -= 1;
      if (fault.left <= 0) faults.delete(fault.id);
      return fault;
    }
    return undefined;
  };
  return {
    add(order) {
      made += 1;
      const id = `fault-${made}`;
      faults.set(id, { ...order, id, left: order.times ?? Infinity });
      return id;
    },
    list: () => [...faults.values()],
    remove: (id) => (id === null ? faults.clear() : void faults.delete(id)),
    middleware: (target) => (request, response, next) => {
      const fault = take(target, { ...request.query, ...(request.body as object | undefined) }, false);
      switch (fault?.kind) {
        case undefined:
        case 'deny':
          next();
          return;
        case 'error':
          if (fault.retry_after_s !== undefined) response.set('retry-after', String(fault.retry_after_s));
          response.status(fault.status ?? 500).json({
            type: 'about:blank',
            title: 'ordered fault',
            status: fault.status ?? 500,
            code: 'FAULT',
          });
          return;
        case 'garbage':
          garbled += 1;
          response.type('json').send(GARBAGE[garbled % GARBAGE.length]);
          return;
        case 'down':
          request.socket.destroy();
          return;
        case 'slow':
          setTimeout(next, fault.delay_ms ?? 1000);
          return;
        case 'hang':
          if (fault.delay_ms !== undefined) setTimeout(() => request.socket.destroy(), fault.delay_ms);
          return;
      }
    },
    denied: (target, body) => take(target, body, true) !== undefined,
  };
}
