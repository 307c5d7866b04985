import type { Request } from 'express';
import { z } from 'zod';
import type { Principal } from '@ftm/orchestrator/client';
import { CURSOR } from './cursor.ts';

export type Role = 'viewer' | 'engineer' | 'approver' | 'admin' | 'auditor' | 'service';
export const READ: readonly Role[] = ['viewer', 'engineer', 'approver', 'admin', 'auditor', 'service'];
export const WRITE: readonly Role[] = ['engineer', 'admin', 'service'];
export const APPROVE: readonly Role[] = ['approver', 'admin'];
export const ADMIN: readonly Role[] = ['admin'];
export const AUDIT: readonly Role[] = ['auditor', 'admin'];

/** What a handler gets: everything validated. */
export interface Call<P = unknown, Q = unknown, B = unknown> {
  readonly principal: Principal;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly requestId: string;
  /** Present for POST, PUT and PATCH. */
  readonly idempotencyKey: string;
  readonly ifMatch: string | undefined;
  readonly request: Request;
}

export interface Answer<T = unknown> {
  readonly status: number;
  /** JSON, bytes, text that is sent as it comes, or nothing. */
  readonly body: T | Uint8Array | AsyncIterable<string> | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One route, as it is served and as the OpenAPI document shows it. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** OpenAPI form: `/v1/datasets/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly roles: readonly Role[];
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType | null;
  /** What a success says in JSON; null where it is none. */
  readonly answer: z.ZodType | null;
  readonly success: number;
  /** Media type of a successful answer. */
  readonly produces: string;
  /** Media type of an answer that is sent as it comes, for who asks for it. */
  readonly alsoProduces: string | null;
  readonly maxBodyBytes: number;
  /** Media type of a body that the handler reads from the request as it comes in; null: the body is JSON, and read before. */
  readonly streams: string | null;
  readonly needsIfMatch: boolean;
  handle(call: Call): Promise<Answer>;
}

/** What is done once for each Idempotency-Key. */
export const isWrite = ({ method }: Pick<Route, 'method'>): boolean =>
  method === 'post' || method === 'put' || method === 'patch';

export interface RouteOptions<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  A extends z.ZodType,
> {
  readonly method: Route['method'];
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly roles: readonly Role[];
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly answer?: A;
  readonly success?: number;
  readonly produces?: string;
  readonly alsoProduces?: string;
  readonly maxBodyBytes?: number;
  readonly streams?: string;
  readonly needsIfMatch?: boolean;
  handle(call: Call<z.infer<P>, z.infer<Q>, z.infer<B>>): Promise<Answer<z.input<A>>>;
}

const MIB = 2 ** 20;

export function defineRoute<
  P extends z.ZodType = z.ZodObject,
  Q extends z.ZodType = z.ZodObject,
  B extends z.ZodType = z.ZodUndefined,
  A extends z.ZodType = z.ZodType,
>(options: RouteOptions<P, Q, B, A>): Route {
  return {
    method: options.method,
    path: options.path,
    summary: options.summary,
    tag: options.tag,
    roles: options.roles,
    params: options.params ?? z.object({}),
    query: options.query ?? z.strictObject({}),
    body: options.body ?? null,
    answer: options.answer ?? null,
    produces: options.produces ?? 'application/json',
    alsoProduces: options.alsoProduces ?? null,
    success: options.success ?? 200,
    maxBodyBytes: options.maxBodyBytes ?? MIB,
    streams: options.streams ?? null,
    needsIfMatch: options.needsIfMatch ?? false,
    // The edge has validated with these very schemas.
    handle: (call) => options.handle(call as Call<z.infer<P>, z.infer<Q>, z.infer<B>>),
  };
}

export const id = z.uuid();
export const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, '1 to 64 of a-z 0-9 . _ -, starting with a letter or digit');
export const ById = z.object({ id });
export const projectId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, '1 to 64 of A-Z a-z 0-9 . _ -');
/** A calendar month in UTC. */
export const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'YYYY-MM');
/** No year and no offset that the database does not know. */
export const instant = z.iso.datetime({ offset: true }).regex(/^[12]/, 'a year from 1000 to 2999');
export const target = z.strictObject({
  type: z.enum(['assistant', 'project', 'global']),
  value: z.string().min(1).max(100),
});
export const reason = z.string().trim().min(1).max(500);
export const Page = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().regex(CURSOR, 'it must be the next_cursor of the page before').optional(),
};
