import type { TrainingRow } from '../rows/row.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What the wire's grammar fixes, so that nobody can have said it. Everything else that is text goes through the sanitiser. */
const GRAMMAR: ReadonlySet<string> = new Set(['role', 'type', 'detail', 'id', 'tool_call_id', 'weight']);
/** JSON inside of a string: what it says is looked at, and put back as JSON. */
const NESTED = 'arguments';
const DATA_URI = /^data:image\//;

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
    if (GRAMMAR.has(key) || DATA_URI.test(value)) return value;
    return key === NESTED ? nested(value, each) : each(value);
  }
  if (Array.isArray(value)) return value.map((item) => walk(item, key, each));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, walk(item, name, each)]));
}

/** A number in a call's arguments may be somebody's telephone number: it is looked at like text, and stays a number when nothing was found. */
function nested(text: string, each: (text: string) => string): string {
  let parsed: Json;
  try {
    parsed = JSON.parse(text) as Json;
  } catch {
    return each(text);
  }
  const inner = (value: Json): Json => {
    if (typeof value === 'string') return each(value);
    if (typeof value === 'number') {
      const said = String(value);
      const clean = each(said);
      return clean === said ? value : clean;
    }
    if (Array.isArray(value)) return value.map(inner);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inner(item)]));
  };
  return JSON.stringify(inner(parsed));
}
