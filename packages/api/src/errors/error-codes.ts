import { EDGE_CODES } from './edge-codes.ts';
import { RULE_CODES } from './rule-codes.ts';

/** Every code that an answer of FTM can have, with its status, cause and remedy. */
export const ERROR_CODES = { ...EDGE_CODES, ...RULE_CODES } as const;
export type ErrorCode = keyof typeof ERROR_CODES;

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERROR_CODES, text);

/** Where the page of a code is: what the `type` of a problem says. */
export const pathOfCode = (code: ErrorCode): string => `/docs/errors/${code}`;
