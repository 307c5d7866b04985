import { isBase64 } from '../rows/images.ts';
import type { TrainingRow } from '../rows/row.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * What the wire's grammar fixes, so that nobody can have said it, as long as it is a word. Everything else that is
 * text goes through the sanitiser, ids of calls too: they are free text.
 */
const GRAMMAR: ReadonlySet<string> = new Set(['role', 'type', 'detail']);
const WORD = /^[a-z_]{1,24}$/;
/** A name that a program gave; what is none may be somebody's. */
const IDENTIFIER = /^[A-Za-z_$][\w$.-]*$/;
/** JSON inside of a string: what it says is looked at, and put back as JSON. */
const NESTED = 'arguments';
/** Only where an image stands, and with nothing but an image in it: a sentence that begins like one is a sentence. */
const IMAGE_KEY = 'url';
const DATA_URI = /^data:image\/[a-z]+;base64,/;

/** All that people or models said in a row, in order. */
export function textsOf(row: TrainingRow): string[] {
  const texts: string[] = [];
  walk(row as unknown as Json, '', (text) => {
    texts.push(text);
    return text;
  });
  return texts;
}

/** The row with its texts replaced. @throws RangeError when there are not as many as `textsOf` gives */
export function withTexts<R extends TrainingRow>(row: R, texts: readonly string[]): R {
  let at = 0;
  const clean = walk(row as unknown as Json, '', () => {
    const text = texts[at];
    at += 1;
    if (text === undefined) throw new RangeError('fewer texts than the row has');
    return text;
  });
  if (at !== texts.length) throw new RangeError('more texts than the row has');
  return clean as unknown as R;
}

function walk(value: Json, key: string, each: (text: string) => string): Json {
  if (typeof value === 'string') {
    if (GRAMMAR.has(key) && WORD.test(value)) return value;
    if (key === IMAGE_KEY && isImage(value)) return value;
    return key === NESTED ? nested(value, each) : each(value);
  }
  if (Array.isArray(value)) return value.map((item) => walk(item, key, each));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      IDENTIFIER.test(name) ? name : each(name),
      walk(item, name, each),
    ]),
  );
}

/** Strings and numbers of a JSON text, names of fields among them, and what opens and closes. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|-?\d[\d.eE+-]*|[{}[\]]/g;

/**
 * A number in a call's arguments may be somebody's telephone number: it is looked at like text, digit by digit as it
 * stands there, and stays a number when nothing was found. What is not replaced stays as it was written.
 */
function nested(text: string, each: (text: string) => string): string {
  try {
    JSON.parse(text);
  } catch {
    return each(text);
  }
  const path: string[] = [];
  let field = '';
  return text.replace(TOKEN, (token: string, colon: string | undefined) => {
    if (token === '{' || token === '[') path.push(field);
    else if (token === '}' || token === ']') field = path.pop() ?? '';
    else if (colon === undefined) {
      const said = token.startsWith('"') ? (JSON.parse(token) as string) : token;
      const clean = inField([path.at(-1) ?? '', field], said, each);
      return clean === said ? token : JSON.stringify(clean);
    } else {
      field = JSON.parse(token.slice(0, -colon.length)) as string;
      if (IDENTIFIER.test(field)) return token;
      const clean = each(field);
      return clean === field ? token : `${JSON.stringify(clean)}${colon}`;
    }
    return token;
  });
}

/** Between the name of a field and its value. */
const IS = ': ';

/**
 * A value is looked at behind the name of its field, as a form would say it, because the name says what it is:
 * `phone: 0612345678`. All that comes back is sanitised, so that whatever stands behind the name is what is kept.
 */
function inField(
  [outer, field]: readonly [string, string],
  value: string,
  each: (text: string) => string,
): string {
  const names = [...new Set([outer, field])].filter((name) => name !== '' && IDENTIFIER.test(name));
  if (names.length === 0) return each(value);
  const clean = each(`${names.join(' ')}${IS}${value}`);
  const at = clean.indexOf(IS);
  return at === -1 ? clean : clean.slice(at + IS.length);
}

function isImage(text: string): boolean {
  const [prefix] = DATA_URI.exec(text) ?? [];
  return prefix !== undefined && isBase64(text.slice(prefix.length));
}
