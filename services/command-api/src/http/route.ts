import type { Request } from 'express';
import type { z } from 'zod';
import { endpointNamed, type ENDPOINTS, type EndpointKey } from '@ftm/api/endpoints';
import type { Tag } from '@ftm/api/openapi/tags';
import type { Principal } from '@ftm/orchestrator/client';

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
  /** What goes on for longer asks again: a key may have been revoked meanwhile. @throws Problem 401, 403; OrchestratorUnavailable */
  stillAllowed(): Promise<Principal>;
}

export interface Answer<T = unknown> {
  readonly status: number;
  /** JSON, bytes, text that is sent as it comes, or nothing. */
  readonly body: T | Uint8Array | AsyncIterable<string> | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

type Part<
  K extends EndpointKey,
  P extends 'params' | 'query' | 'body',
> = (typeof ENDPOINTS)[K][P] extends infer S ? (S extends z.ZodType ? z.output<S> : undefined) : never;
/** What the handler of an endpoint gets. */
export type CallOf<K extends EndpointKey> = Call<Part<K, 'params'>, Part<K, 'query'>, Part<K, 'body'>>;
/** What it answers in JSON. */
export type BodyOfAnswer<K extends EndpointKey> = (typeof ENDPOINTS)[K]['answer'] extends infer S
  ? S extends z.ZodType
    ? z.input<S>
    : never
  : never;

/** What FTM says of an endpoint besides what goes in and what comes out, which is in the table of endpoints. */
export interface RouteOptions<K extends EndpointKey> {
  readonly endpoint: K;
  readonly summary: string;
  readonly tag: Tag;
  readonly roles: readonly Role[];
  /** Status of a success; default: 200. */
  readonly success?: number;
  /** Media type of a success; default: JSON. */
  readonly produces?: string;
  /** Media type of an answer that is sent as it comes, for who asks for it. */
  readonly alsoProduces?: string;
  readonly maxBodyBytes?: number;
  /** Media type of a body that the handler reads from the request as it comes in; default: the body is JSON, and read before. */
  readonly streams?: string;
  readonly needsIfMatch?: boolean;
  /** Where a GET looks: what the projection has not seen yet of the caller's own writes is waited for; the writer's state has it all. */
  readonly reads?: 'projection' | 'writer';
  handle(call: CallOf<K>): Promise<Answer<BodyOfAnswer<K>>>;
}

/** One route, as it is served and as the OpenAPI document shows it. */
export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** OpenAPI form: `/v1/datasets/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly tag: Tag;
  readonly roles: readonly Role[];
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType | null;
  /** What a success says in JSON; null where it is none. */
  readonly answer: z.ZodType | null;
  readonly success: number;
  readonly produces: string;
  readonly alsoProduces: string | null;
  readonly maxBodyBytes: number;
  readonly streams: string | null;
  readonly needsIfMatch: boolean;
  readonly reads: 'projection' | 'writer';
  handle(call: Call): Promise<Answer>;
}

/** What is done once for each Idempotency-Key. */
export const isWrite = ({ method }: Pick<Route, 'method'>): boolean =>
  method === 'post' || method === 'put' || method === 'patch';

const MIB = 2 ** 20;

export function defineRoute<K extends EndpointKey>(options: RouteOptions<K>): Route {
  const { params, query, body, answer } = endpointNamed(options.endpoint);
  return {
    ...placeOf(options.endpoint),
    summary: options.summary,
    tag: options.tag,
    roles: options.roles,
    params,
    query,
    body,
    answer,
    success: options.success ?? 200,
    produces: options.produces ?? 'application/json',
    alsoProduces: options.alsoProduces ?? null,
    maxBodyBytes: options.maxBodyBytes ?? MIB,
    streams: options.streams ?? null,
    needsIfMatch: options.needsIfMatch ?? false,
    reads: options.reads ?? 'projection',
    // The edge has validated with these very schemas.
    handle: (call) => options.handle(call as CallOf<K>),
  };
}

/** Method and path of `POST /v1/datasets`. */
export function placeOf(endpoint: EndpointKey): Pick<Route, 'method' | 'path'> {
  const [method = '', path = ''] = endpoint.split(' ');
  return { method: method.toLowerCase() as Route['method'], path };
}
