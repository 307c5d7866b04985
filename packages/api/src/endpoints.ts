import type { z } from 'zod';
import type { Endpoint } from './endpoints/endpoint.ts';
import { BUILDING } from './endpoints/building.ts';
import { GOVERNANCE } from './endpoints/governance.ts';
import { MODELS } from './endpoints/models.ts';

/** Every method of every path, by `<METHOD> <path>`. What is served and what is here are the same: a spec says so. */
export const ENDPOINTS = { ...BUILDING, ...MODELS, ...GOVERNANCE } as const;

export type EndpointKey = keyof typeof ENDPOINTS;

const TABLE: Readonly<Record<EndpointKey, Endpoint>> = ENDPOINTS;
/** One of them, whichever: a union of all of them costs the compiler seconds wherever it is looked at. */
export const endpointNamed = (key: EndpointKey): Endpoint => TABLE[key];

export type BodyOf<K extends EndpointKey> = (typeof ENDPOINTS)[K]['body'] extends infer B
  ? B extends z.ZodType
    ? z.input<B>
    : undefined
  : never;
export type AnswerOf<K extends EndpointKey> = (typeof ENDPOINTS)[K]['answer'] extends infer A
  ? A extends z.ZodType
    ? z.output<A>
    : null
  : never;

type PathsOf<K> = K extends `GET ${infer Path}/{id}`
  ? `GET ${Path}` extends EndpointKey
    ? Path
    : never
  : never;
/** Paths of resources that are listed, and got one by one. */
export type ResourcePath = PathsOf<EndpointKey>;

export const isEndpoint = (key: string): key is EndpointKey => Object.hasOwn(ENDPOINTS, key);
