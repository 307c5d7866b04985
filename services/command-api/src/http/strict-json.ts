import { Problem } from './problem.ts';

const MAX_DEPTH = 32;

/**
 * JSON as a program meant it: UTF-8, no duplicate keys, no depth bombs, no NUL, no lone surrogates, no integers that lose digits, no `__proto__`.
 * @throws Problem 400 that says where
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('the body is not UTF-8');
  }
  checkDepth(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('the body is not JSON');
  }
  checkKeys(text);
  checkValues(value, '');
  return value;
}

const malformed = (detail: string, path = ''): Problem =>
  new Problem(400, 'MALFORMED_BODY', detail, path === '' ? {} : { errors: [{ path, message: detail }] });

/** Before parsing: nesting that no request of ours has. */
function checkDepth(text: string): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (inString) {
      if (char === 0x5c) at += 1;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      depth += 1;
      if (depth > MAX_DEPTH) throw malformed(`the body is nested deeper than ${MAX_DEPTH} levels`);
    } else if (char === 0x7d || char === 0x5d) depth -= 1;
  }
}

/** After parsing, so the syntax is known to be right: a string is a key when a colon follows it. */
function checkKeys(text: string): void {
  const scopes: (Set<string> | null)[] = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;
  for (const match of text.matchAll(token)) {
    const [word] = match;
    if (word === '{') scopes.push(new Set());
    else if (word === '[') scopes.push(null);
    else if (word === '}' || word === ']') scopes.pop();
    else if (match[1] !== undefined) {
      const key = JSON.parse(word.slice(0, word.length - match[1].length)) as string;
      const scope = scopes.at(-1);
      if (key === '__proto__') throw malformed('the key __proto__ is not allowed', key);
      if (scope?.has(key) === true) throw malformed('the key is there twice', key.slice(0, 100));
      scope?.add(key);
    }
  }
}

function checkValues(value: unknown, path: string): void {
  if (typeof value === 'string') {
    if (value.includes('\0')) throw malformed('NUL is not allowed in text', path);
    if (!value.isWellFormed()) throw malformed('a lone surrogate is not Unicode text', path);
  } else if (typeof value === 'number') {
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      throw malformed('the integer is too large to be exact', path);
  } else if (Array.isArray(value)) value.forEach((each, index) => checkValues(each, `${path}[${index}]`));
  else if (value !== null && typeof value === 'object') {
    for (const [key, each] of Object.entries(value)) {
      checkValues(key, path);
      checkValues(each, path === '' ? key : `${path}.${key}`);
    }
  }
}
