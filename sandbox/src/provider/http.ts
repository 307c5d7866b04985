import type { Request } from 'express';
import type { Organisation } from './organisations.ts';

/** A request that has passed the key check. */
export interface Call {
  readonly request: Request;
  readonly org: Organisation;
  /** Epoch ms: answer as of then (an ordered fault); undefined for now. */
  readonly asOf: number | undefined;
  /** A path parameter. */
  readonly param: (name: string) => string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Path of a file whose bytes are the answer. */
  readonly file?: string;
  /** Server-sent events; `[DONE]` is added. */
  readonly events?: readonly unknown[];
}

export interface Route {
  readonly method: 'get' | 'post' | 'delete';
  /** As in the OpenAPI document, `{name}` for parameters. */
  readonly path: string;
  /** What faults and counters call it. */
  readonly target: string;
  /** The body is read by the handler, not parsed as JSON. */
  readonly multipart?: boolean;
  readonly handle: (call: Call) => Reply | Promise<Reply>;
}
