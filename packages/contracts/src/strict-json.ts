import { isUtf8 } from 'node:buffer';

export type JsonFaultCode =
  | 'invalid_utf8'
  | 'invalid_json'
  | 'nested_too_deeply'
  | 'too_many_values'
  | 'duplicate_key'
  | 'forbidden_key'
  | 'invalid_unicode'
  | 'inexact_number';

/** One thing wrong with a text. `detail` never quotes the text; `path` does where keys are the sender's own. */
export interface JsonFault {
  readonly code: JsonFaultCode;
  readonly path: readonly (string | number)[];
  readonly detail: string;
}

export interface JsonLimits {
  /** Levels of objects and lists. */
  readonly maxDepth: number;
  /** Objects, lists and what is in them: each costs memory, however few bytes it has in the text. */
  readonly maxValues: number;
  /** Faults that are told of one text. */
  readonly maxFaults: number;
}

/** `value` counts only where there are no faults. */
export interface StrictJson {
  readonly value: unknown;
  readonly faults: readonly JsonFault[];
}

/**
 * JSON as a program meant it: UTF-8, no duplicate keys, no depth bombs, no NUL, no lone surrogates, no numbers that lose digits, no `__proto__`. A byte order mark is ignored.
 *
 * `JSON.parse` reads the text. What it does not tell is found by one scan over the text before (depth, number of members) and one walk over the value after; where both agree on the
 * number of members, no key was there twice. Only a text with a fault is looked at again, to say where.
 */
export function readStrictJson(bytes: Uint8Array, limits: JsonLimits): StrictJson {
  if (!isUtf8(bytes)) return refused('invalid_utf8', 'the bytes are not UTF-8');
  const decoded = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return readStrictText(decoded.charCodeAt(0) === BYTE_ORDER_MARK ? decoded.slice(1) : decoded, limits);
}

/** The same for a text that was decoded before, as JSON inside JSON is. */
export function readStrictText(text: string, limits: JsonLimits): StrictJson {
  const { members, values, depth } = measure(text, limits.maxDepth);
  if (depth > limits.maxDepth)
    return refused('nested_too_deeply', `nested deeper than ${limits.maxDepth} levels`);
  if (values > limits.maxValues) return refused('too_many_values', `more than ${limits.maxValues} values`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refused('invalid_json', syntaxDetail(text, error));
  }
  // Only an escape can put a NUL or half a pair into a text that is UTF-8 and JSON.
  const escaped = text.includes('\\u');
  if (soundMembers(value, escaped) === members) return { value, faults: [] };
  const faults: JsonFault[] = [];
  faultsOfValue(value, [], faults, limits.maxFaults);
  faultsOfKeys(text, faults, limits.maxFaults);
  return { value, faults };
}

const BYTE_ORDER_MARK = 0xfeff;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

const refused = (code: JsonFaultCode, detail: string): StrictJson => ({
  value: undefined,
  faults: [{ code, path: [], detail }],
});

/** The engine's message quotes the text; its position is all that may be told. */
function syntaxDetail(text: string, error: unknown): string {
  if (text.trim() === '') return 'there is nothing but white space';
  const message = error instanceof Error ? error.message : '';
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined)
    return message.startsWith('Unexpected end') ? 'the JSON ends too early' : 'this is not JSON';
  return message.startsWith('Unexpected non-whitespace')
    ? `something follows the JSON, from character ${Number(position) + 1}`
    : `this is not JSON from character ${Number(position) + 1}`;
}

interface Measures {
  /** Of all objects together: colons outside strings. */
  readonly members: number;
  /** One for every object, list, member and comma: never fewer than there are values. */
  readonly values: number;
  /** The greatest, or the first that is too great. */
  readonly depth: number;
}

/** What would cost memory is known before any is spent on it. */
function measure(text: string, maxDepth: number): Measures {
  let members = 0;
  let others = 0;
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) at = endOfString(text, at);
    else if (char === COLON) members += 1;
    else if (char === OPEN_BRACE || char === OPEN_BRACKET) {
      others += 1;
      depth += 1;
      if (depth > deepest) deepest = depth;
      if (depth > maxDepth) break;
    } else if (char === COMMA) others += 1;
    else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) depth -= 1;
  }
  return { members, values: members + others, depth: deepest };
}

/** Index of the quote that ends the string begun at `start`; the text's length where none does. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 1) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

/** Members of all objects together; NaN as soon as a key or value is not sound. As deep as the text was allowed to be. */
function soundMembers(value: unknown, escaped: boolean): number {
  if (typeof value === 'string') return escaped && !isText(value) ? Number.NaN : 0;
  if (typeof value === 'number') return isExact(value) ? 0 : Number.NaN;
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const each of value) members += soundMembers(each, escaped);
    return members;
  }
  for (const key of Object.keys(value)) {
    if (key === '__proto__' || (escaped && !isText(key))) return Number.NaN;
    members += 1 + soundMembers((value as Record<string, unknown>)[key], escaped);
  }
  return members;
}

const isText = (text: string): boolean => text.isWellFormed() && !text.includes('\0');
const isExact = (number: number): boolean =>
  Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));

function faultsOfValue(
  value: unknown,
  path: readonly (string | number)[],
  faults: JsonFault[],
  maxFaults: number,
): void {
  if (faults.length >= maxFaults) return;
  if (typeof value === 'string') {
    if (!isText(value)) faults.push(textFault(value, path));
  } else if (typeof value === 'number') {
    if (!isExact(value))
      faults.push({ code: 'inexact_number', path, detail: 'the number is too large to be exact' });
  } else if (Array.isArray(value))
    value.forEach((each, index) => faultsOfValue(each, [...path, index], faults, maxFaults));
  else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      if (key === '__proto__')
        faults.push({
          code: 'forbidden_key',
          path: [...path, key],
          detail: 'the key __proto__ is not allowed',
        });
      if (!isText(key)) faults.push(textFault(key, path));
      faultsOfValue(each, [...path, key], faults, maxFaults);
    }
  }
}

const textFault = (text: string, path: readonly (string | number)[]): JsonFault => ({
  code: 'invalid_unicode',
  path,
  detail: text.isWellFormed() ? 'NUL is not allowed in text' : 'a lone surrogate is not Unicode text',
});

/** Of a text that is known to be JSON: which keys are there twice. */
function faultsOfKeys(text: string, faults: JsonFault[], maxFaults: number): void {
  const open: { readonly keys: Set<string> | null; at: string | number }[] = [];
  for (let at = 0; at < text.length && faults.length < maxFaults; at += 1) {
    const char = text.charCodeAt(at);
    const scope = open.at(-1);
    if (char === OPEN_BRACE) open.push({ keys: new Set(), at: '' });
    else if (char === OPEN_BRACKET) open.push({ keys: null, at: 0 });
    else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) open.pop();
    else if (char === COMMA && typeof scope?.at === 'number') scope.at += 1;
    else if (char === QUOTE) {
      const end = endOfString(text, at);
      if (scope?.keys != null && isKey(text, end)) {
        scope.at = JSON.parse(text.slice(at, end + 1)) as string;
        if (scope.keys.has(scope.at))
          faults.push({
            code: 'duplicate_key',
            path: open.map((each) => each.at),
            detail: 'the key is there twice',
          });
        scope.keys.add(scope.at);
      }
      at = end;
    }
  }
}

/** A string is a key when a colon follows it. */
function isKey(text: string, end: number): boolean {
  let next = end + 1;
  while (/\s/.test(text.charAt(next))) next += 1;
  return text.charCodeAt(next) === COLON;
}
