import type { z } from 'zod';
import { snake, type Snake } from '../snake.ts';

type Nulls<S> = { -readonly [K in keyof S]: null };
/** `unknown` when the record, in snake_case, has the fields of the shape, no more and no fewer; else what does not compile names them. */
type Same<S, T> = [Exclude<keyof S, keyof Snake<T>>, Exclude<keyof Snake<T>, keyof S>] extends [never, never]
  ? unknown
  : {
      readonly fieldsThatTheRecordLacks: Exclude<keyof S, keyof Snake<T>>;
      readonly fieldsThatTheSchemaLacks: Exclude<keyof Snake<T>, keyof S>;
    };

/** The fields of a record as its schema names them. Fields that only one of the two has do not compile. */
export function fields<S extends z.ZodRawShape, T extends object>(
  _shape: S,
  record: T & Same<S, NoInfer<T>>,
): Snake<T> {
  return snake<T>(record);
}

/** The same of a record that only some statuses have: all null in the others. */
export function fieldsOrNulls<S extends z.ZodRawShape, T extends object>(
  shape: S,
  record: (T & Same<S, NoInfer<T>>) | null,
): Snake<T> | Nulls<S> {
  return record === null
    ? (Object.fromEntries(Object.keys(shape).map((name) => [name, null])) as Nulls<S>)
    : snake<T>(record);
}

/** Gate and reasons of what was refused; null in every other status. */
export const noRefusal = { gate: null, reasons: null };
