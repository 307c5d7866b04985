import { z } from 'zod';
import { endpointNamed, ENDPOINTS, isEndpoint, type EndpointKey } from './endpoints.ts';
import { Problem } from './resources/problem.ts';

/** An answer that is not what its schema says. */
export class AnswerMismatch extends Error {
  constructor(key: string, error: z.ZodError) {
    super(`the answer of ${key} is not what its schema says:\n${z.prettifyError(error)}`);
    this.name = 'AnswerMismatch';
  }
}

const PATTERNS = Object.keys(ENDPOINTS)
  .filter(isEndpoint)
  // Fixed names before parameters, as they are served.
  .sort((a, b) => (a.replaceAll(/\{\w+\}/g, '~') < b.replaceAll(/\{\w+\}/g, '~') ? -1 : 1))
  .map((key) => [key, new RegExp(`^${key.replaceAll(/\{\w+\}/g, '[^/]+')}$`)] as const);

/** The endpoint that a request goes to; undefined when none is served there. */
export function endpointOf(method: string, path: string): EndpointKey | undefined {
  const asked = `${method.toUpperCase()} ${path.split('?')[0] ?? ''}`;
  return PATTERNS.find(([, pattern]) => pattern.test(asked))?.[0];
}

/** That an answer in JSON is what its schema says: the endpoint's of a success, a problem document's of a refusal. @throws AnswerMismatch */
export function checkAnswer(key: EndpointKey, status: number, body: unknown): void {
  const schema = status < 400 ? endpointNamed(key).answer : Problem;
  const parsed = schema?.safeParse(body);
  if (parsed?.success === false) throw new AnswerMismatch(`${key} (${status})`, parsed.error);
}
