import type { Express, Request, Response } from 'express';
import type { Faults, Target } from './faults.ts';
import { problem } from './http.ts';

/** Serves a route, behind the faults that are ordered for its target. */
export type On = (
  method: 'get' | 'post',
  target: Target,
  path: string,
  handler: (request: Request, response: Response) => void,
) => void;

/** Where an answer has no "no" of its own, a denial is a 403. */
const REFUSING: ReadonlySet<Target> = new Set<Target>(['resources', 'traces', 'audit']);

/** @param calls counts, by target */
export const createOn =
  (app: Express, faults: Faults, calls: Record<string, number>): On =>
  (method, target, path, handler) => {
    app[method](
      path,
      (_request, _response, next) => {
        calls[target] = (calls[target] ?? 0) + 1;
        next();
      },
      faults.middleware(target),
      (request, response, next) => {
        const asked = { ...request.query, ...(request.body as object | undefined) };
        if (REFUSING.has(target) && faults.denied(target, asked))
          problem(response, 403, 'ORDERED', 'a denial was ordered');
        else next();
      },
      handler,
    );
  };
