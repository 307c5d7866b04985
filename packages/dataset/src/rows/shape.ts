import type { RowCode } from './rejections.ts';
import type { RowCheck } from './rules.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Keys of deprecated function calling, which have a remedy of their own. */
const DEPRECATED = new Set(['functions', 'function_call']);
const POSITIONS_TOLD = 10;

/** Unknown keys are told by position: their names are the row's content. */
export function checkKeys(
  object: JsonObject,
  allowed: ReadonlySet<string>,
  code: RowCode,
  path: string,
  { rejections }: RowCheck,
): void {
  let unknown: number[] | undefined;
  let position = 0;
  for (const key of Object.keys(object)) {
    position += 1;
    if (allowed.has(key)) continue;
    if (DEPRECATED.has(key))
      rejections.add('deprecated_functions', `${path}.${key}`, `${key} is deprecated and not learned from`);
    else (unknown ??= []).push(position);
  }
  if (unknown === undefined) return;
  const told = unknown.slice(0, POSITIONS_TOLD).join(', ');
  const more = unknown.length > POSITIONS_TOLD ? ' and more' : '';
  rejections.add(
    code,
    path,
    `${unknown.length === 1 ? 'key' : 'keys'} no. ${told}${more} of the object: not known here; allowed: ${[...allowed].join(', ')}`,
  );
}

/** What a value is, in the words of JSON. */
export function typeName(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : isObject(value) ? 'an object' : `a ${typeof value}`;
}
