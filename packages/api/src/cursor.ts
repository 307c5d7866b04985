import { UUID_FORM } from '@ftm/contracts/ids';

/** Where a page ended: its last row’s `created_at` in microseconds since 1970, and its id. Whatever looks like a cursor is one. */
export interface Cursor {
  readonly micros: string;
  readonly id: string;
}

export const CURSOR = new RegExp(`^(\\d{1,16})\\.(${UUID_FORM})$`);

export const encodeCursor = ({ micros, id }: Cursor): string => `${micros}.${id}`;

/** Undefined for what is no cursor. */
export function decodeCursor(text: string): Cursor | undefined {
  const [, micros, id] = CURSOR.exec(text) ?? [];
  return micros === undefined || id === undefined ? undefined : { micros, id };
}

/** Where a page of sums ended. */
export interface SumsCursor {
  readonly month: string;
  readonly kind: string;
  readonly projectId: string;
}

export const SUMS_CURSOR = /^(\d{4}-\d{2})\.(fine_tune|eval)\.([A-Za-z0-9][A-Za-z0-9._-]{0,63})$/;

export const encodeSumsCursor = ({ month, kind, projectId }: SumsCursor): string =>
  `${month}.${kind}.${projectId}`;

/** Undefined for what is no cursor. */
export function decodeSumsCursor(text: string): SumsCursor | undefined {
  const [, month, kind, projectId] = SUMS_CURSOR.exec(text) ?? [];
  return month === undefined || kind === undefined || projectId === undefined
    ? undefined
    : { month, kind, projectId };
}
