import { z } from 'zod';
import { ById, NoQuery } from '../parts.ts';

/** What goes in and what comes out of one method of one path. */
export interface Endpoint {
  /** How a generated client names the method. */
  readonly operationId: string;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  /** Null: none, or one that is read as it comes in. */
  readonly body: z.ZodType | null;
  /** Of a success; null for what is no JSON. */
  readonly answer: z.ZodType | null;
}

/** What is asked of all of a kind, and of one by its id. */
export const collection = { params: z.object({}), query: NoQuery, body: null };
export const member = { params: ById, query: NoQuery, body: null };
