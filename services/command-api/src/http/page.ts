/** One page of a list, as every answer shows it. */
export interface List<T> {
  object: 'list';
  data: T[];
  has_more: boolean;
  next_cursor: string | null;
}

export interface PageAsked {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * A page of what was read with one item more than it may have: that there is one more says that another page follows.
 * @param cursorOf behind the last item of the page
 */
export function pageOf<T>(read: readonly T[], limit: number, cursorOf: (last: T) => string): List<T> {
  const data = read.slice(0, limit);
  const last = data.at(-1);
  const more = read.length > limit && last !== undefined;
  return { object: 'list', data, has_more: more, next_cursor: more ? cursorOf(last) : null };
}

/** A list that is one page, whole. */
export const wholeList = <T>(data: T[]): List<T> => ({
  object: 'list',
  data,
  has_more: false,
  next_cursor: null,
});

/** Where a list of numbered items goes on: behind this number; 0 at its beginning. */
export const numberCursor = (cursor: string | undefined): number => Number(cursor ?? 0);

/** A page of items that are all there, numbered by their place. */
export function pageOfAll<T>(all: readonly T[], { limit, cursor }: PageAsked): List<T> {
  const from = numberCursor(cursor);
  return pageOf(all.slice(from, from + limit + 1), limit, () => String(from + limit));
}
