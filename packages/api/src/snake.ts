type SnakeKey<S extends string, Done extends string = ''> = S extends `${infer Letter}${infer Rest}`
  ? SnakeKey<
      Rest,
      `${Done}${Letter extends Uppercase<Letter> ? (Letter extends Lowercase<Letter> ? Letter : `_${Lowercase<Letter>}`) : Letter}`
    >
  : Done;

/** A value with its keys in snake_case, all the way down. */
export type Snake<T> = T extends readonly (infer Item)[]
  ? Snake<Item>[]
  : T extends object
    ? { -readonly [K in keyof T as K extends string ? SnakeKey<K> : K]: Snake<T[K]> }
    : T;

/**
 * camelCase keys to snake_case, all the way down; values that are no objects stay what they are. Keys come by name, whichever way the value came: what was just decided, the log and a row of
 * the database have each an order of their own, and an answer is the same bytes of all three.
 */
export const snake = <T>(value: T): Snake<T> => snakeOf(value) as Snake<T>;

function snakeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeOf);
  if (value === null || typeof value !== 'object') return value;
  const source = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.keys(source)
      .sort()
      .map((key) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), snakeOf(source[key])]),
  );
}
