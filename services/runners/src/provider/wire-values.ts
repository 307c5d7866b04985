import { codeFrom, type ScannedText } from '@ftm/contracts/scanned-text';

/**
 * What a provider says, read as what it may be. Fields are left out, null, of another type, or larger than anybody needs: then they are not known, which is null; nothing here throws.
 */
export type Fields = Readonly<Record<string, unknown>>;

export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const MOST_TEXT = 4000;
/** Names go to the log as they are, so they can be nothing but names, and no addresses. */
const NAME = /^[\w.:/+-]{1,256}$/;
const INT_32 = 2_147_483_647;
/** The last second that a date can be made of with a year of four digits. */
const LAST_SECOND = 253_402_300_799;

/** Prose of the provider's, cut to what anybody reads. */
export const textOf = (value: unknown, most = MOST_TEXT): string | null =>
  typeof value === 'string' && value !== '' ? value.slice(0, most) : null;

/** Ids of things that the provider made. */
export const nameOf = (value: unknown): string | null =>
  typeof value === 'string' && NAME.test(value) ? value : null;

/** Codes and statuses go to the log as well, and what a person is called has no place there: what is none is `unknown_code`. */
export const codeOf = (value: unknown): ScannedText | null =>
  typeof value === 'string' && value !== '' ? codeFrom(value) : null;

export const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

/** Steps, epochs, sizes. */
export const countOf = (value: unknown, least = 0): number | null =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= INT_32
    ? (value as number)
    : null;

export const tokensOf = (value: unknown): number | null =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;

export const positiveOf = (value: unknown): number | null => {
  const number = numberOf(value);
  return number !== null && number > 0 ? number : null;
};

/** Unix seconds. */
export const secondsOf = (value: unknown): number | null => {
  const number = positiveOf(value);
  return number !== null && number <= LAST_SECOND ? number : null;
};

/** Of a value whose type the client promises, and the wire does not keep. */
export function idOf(value: unknown, what: string): string {
  const id = nameOf(fieldsOf(value)['id']);
  if (id === null) throw new SyntaxError(`the answer is not ${what}`);
  return id;
}
