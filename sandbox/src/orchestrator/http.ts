import type { Request, Response } from 'express';
import type { z } from 'zod';

/** A refusal that a handler throws. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

/**
 * A handler that answers what `answer` returns to a body that fits, and a 400 naming the field to one that does not.
 */
export function validated<S extends z.ZodType>(
  schema: S,
  answer: (body: z.infer<S>, request: Request) => unknown,
): (request: Request, response: Response) => void {
  return (request, response) => {
    const body = schema.safeParse(request.body);
    if (!body.success) {
      invalid(response, body.error);
      return;
    }
    try {
      response.json(answer(body.data, request));
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      problem(response, error.status, error.code, error.message);
    }
  };
}

export function invalid(response: Response, error: z.ZodError): void {
  const issues = error.issues.slice(0, 10);
  problem(
    response,
    400,
    'INVALID',
    issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; '),
  );
}

export function problem(response: Response, status: number, code: string, detail: string): void {
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: code, status, code, detail }));
}
