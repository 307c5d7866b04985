import type { z } from 'zod';

/** A value that a schema allows, for the document. */
export interface Example {
  readonly schema: z.ZodType;
  readonly value: unknown;
}

/** What does not fit its schema does not compile, as far as types can say that; a spec checks the rest. */
export const example = <S extends z.ZodType>(schema: S, value: z.input<S>): Example => ({ schema, value });
