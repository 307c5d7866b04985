import { isUuid } from './ids.ts';

declare const scanned: unique symbol;

/**
 * Words of a person, or of another program, as TRiSM left them: what may stand on the log, for ever. Only TRiSM's answer makes them (`OrchestratorClient.scan`),
 * and `ourWords` of words that stand in this program, so that free text that nobody scanned does not compile where a command takes it.
 */
export type ScannedText = string & { readonly [scanned]: true };

/** Nothing but itself: no `string`, and no template with a hole for one. */
type Literal<T extends string | number> = T extends number | ScannedText
  ? T
  : { readonly [K in never]: 1 } extends Record<T, 1>
    ? never
    : T;

/**
 * Words of this program itself: a literal, or a template of literals, numbers and what was scanned; never something that came from outside.
 * ourWords('the run is over')   ourWords`${rows} rows are left`
 */
export function ourWords<const T extends string>(text: Literal<T>): ScannedText;
export function ourWords<const V extends readonly (string | number)[]>(
  parts: TemplateStringsArray,
  ...values: { [K in keyof V]: Literal<V[K]> }
): ScannedText;
export function ourWords(
  text: string | TemplateStringsArray,
  ...values: readonly (string | number)[]
): ScannedText {
  return (typeof text === 'string' ? text : String.raw({ raw: text }, ...values)) as ScannedText;
}

/** One after another, with something between them. */
export const joined = (words: readonly (number | ScannedText)[], separator = ', '): ScannedText =>
  words.join(separator) as ScannedText;

/** Words with underscores, and numbers as short as a status: no address, no number of a person, no sentence. */
const CODE = /^[a-z]+(?:_(?:[a-z]+|\d{1,3}))*$/i;
const MOST_CODE = 64;

/** The code of another program's error, which goes to the log as it is; what could be more than a code is none. */
export const codeFrom = (value: string): ScannedText =>
  (value.length <= MOST_CODE && CODE.test(value) ? value : 'unknown_code') as ScannedText;

/** An id that FTM made; what is none is not repeated. */
export const idFrom = (value: string): ScannedText => (isUuid(value) ? value : 'that is none') as ScannedText;

/** A fact of an event, of which the words are known to be scanned. */
export type WithWords<T, K extends keyof T = 'message' & keyof T> = Omit<T, K> & {
  readonly [W in K]: null extends T[W] ? ScannedText | null : ScannedText;
};
