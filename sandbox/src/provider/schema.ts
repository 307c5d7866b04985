import type { z } from 'zod';
import { type ApiError, badRequest } from './errors.ts';

/** @throws ApiError 400 that names the first parameter that is wrong, in the words of the wire */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const found = schema.safeParse(body);
  if (found.success) return found.data;
  const issue = found.error.issues[0];
  throw issue === undefined ? badRequest('Invalid request.', null) : issueError(deepest(issue), body);
}

type Issue = z.core.$ZodIssue;

function issueError(issue: Issue, body: unknown): ApiError {
  const param = pathText(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const name = pathText([...issue.path, issue.keys[0] ?? '']);
    return badRequest(`Unknown parameter: '${name}'.`, name, 'unknown_parameter');
  }
  if (issue.path.length === 0) return badRequest(`The request body must be a JSON object.`, null);
  if (valueAt(body, issue.path) === undefined)
    return badRequest(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter');
  const code = issue.code === 'invalid_type' ? 'invalid_type' : 'invalid_value';
  return badRequest(`Invalid value for '${param}': ${issue.message}`, param, code);
}

/** Of a union the branch that came furthest is the one that was meant. */
function deepest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors
    .flat()
    .map((each) => ({ ...deepest(each), path: [...issue.path, ...each.path] }));
  return inner.toSorted((left, right) => right.path.length - left.path.length)[0] ?? issue;
}

const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}
