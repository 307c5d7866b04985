import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.ts';
import { Reason } from '../parts.ts';

const codes = Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]];

/** RFC 9457: how every refusal is answered. */
export const Problem = z
  .strictObject({
    type: z.string().describe('Path of the page that says what the code means, and what to do.'),
    title: z.string().describe('What the status means.'),
    status: z.int().min(400).max(599),
    code: z.enum(codes).meta({ id: 'ErrorCode', description: 'Stable: clients act on it.' }),
    detail: z.string().describe('What is wrong this time.'),
    request_id: z.string().describe('The X-Request-Id of the answer: what operators find it by.'),
    reasons: z.array(Reason).optional().describe('Why a gate said no.'),
    errors: z
      .array(
        z
          .strictObject({
            path: z.string().describe('The field, such as source.from; empty for the whole.'),
            message: z.string().describe('What is allowed.'),
          })
          .meta({ id: 'FieldError' }),
      )
      .optional()
      .describe('Which fields are not allowed.'),
    resource_id: z.string().optional().describe('The resource that stands for what was refused.'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof Problem>;
