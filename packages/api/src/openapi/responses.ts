import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.ts';

type Json = Record<string, unknown>;

/** Status → name of the component, and what it says in general. */
export const REFUSALS: Readonly<Record<string, readonly [name: string, description: string]>> = {
  400: ['Malformed', 'The request is not what this path takes.'],
  401: ['Unauthenticated', 'The API key is missing, unknown, expired or revoked.'],
  403: ['Forbidden', 'The key’s roles or projects do not allow it, or a second person is needed.'],
  404: ['NotFound', 'There is no such resource for this key.'],
  408: ['TooSlow', 'The body did not come in time.'],
  409: ['Conflict', 'What is there does not allow it, or a gate said no; `reasons` says why.'],
  410: ['Gone', 'It was erased.'],
  412: ['PreconditionFailed', 'The resource has changed since you saw it.'],
  413: ['TooLarge', 'The body is larger than this path takes.'],
  415: ['UnsupportedMediaType', 'The body has a media type or encoding that this path does not take.'],
  422: [
    'Unprocessable',
    'The request is well formed and cannot be done, or its Idempotency-Key was used for another.',
  ],
  428: ['PreconditionRequired', 'If-Match is needed.'],
  429: ['TooManyRequests', 'As many are under way as may be at once.'],
  500: ['InternalError', 'Something went wrong on our side; it was logged with the request id.'],
  503: ['Unavailable', 'A part that is needed cannot be reached; nothing was done.'],
};

const codesOf = (status: number): ErrorCode[] =>
  (Object.keys(ERROR_CODES) as ErrorCode[]).filter((code) => ERROR_CODES[code].status === status).sort();

const header = (name: string): Json => ({ $ref: `#/components/headers/${name}` });
const RETRIED = new Set(['429', '503']);

/** One response for each status that refuses, with its codes. */
export function refusalResponses(): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(REFUSALS).map(([status, [name, description]]) => {
      const codes = codesOf(Number(status));
      const list = codes.map((code) => `- [\`${code}\`](/docs/errors/${code}): ${ERROR_CODES[code].cause}`);
      const [code] = codes;
      return [
        name,
        {
          description: [description, ...(list.length > 0 ? ['', ...list] : [])].join('\n'),
          headers: {
            'X-Request-Id': header('RequestId'),
            ...(RETRIED.has(status) ? { 'Retry-After': header('RetryAfter') } : {}),
          },
          content: {
            'application/problem+json': {
              schema: { $ref: '#/components/schemas/Problem' },
              ...(code === undefined ? {} : { example: problemExample(code, Number(status), description) }),
            },
          },
        },
      ];
    }),
  );
}

const problemExample = (code: ErrorCode, status: number, title: string): Json => ({
  type: `/docs/errors/${code}`,
  title,
  status,
  code,
  detail: ERROR_CODES[code].cause,
  request_id: '0f5b1c6e-6a52-4a3f-9a51-5f0d5d8c2b11',
});

export const HEADERS: Readonly<Record<string, Json>> = {
  RequestId: {
    description: 'What operators find the request by: the one that was sent, or a new one.',
    schema: { type: 'string' },
    example: '0f5b1c6e-6a52-4a3f-9a51-5f0d5d8c2b11',
  },
  RetryAfter: {
    description: 'After how many seconds the same request may be sent again.',
    schema: { type: 'integer', minimum: 1 },
    example: 2,
  },
  ETag: {
    description: 'The version of the resource: send it as If-Match.',
    schema: { type: 'string' },
    example: '"4"',
  },
  Position: {
    description:
      'Where the command’s last event stands: `<partition>:<offset>`. Send it as FTM-Min-Position to read at least that.',
    schema: { type: 'string', pattern: '^[0-9]{1,5}:[0-9]{1,18}$' },
    example: '3:1234',
  },
  Location: {
    description: 'Path of what was made.',
    schema: { type: 'string' },
    example: '/v1/datasets/2b42cb58-8379-4fea-8ae4-20cd7d734939',
  },
  Replayed: {
    description: '`true` when this is the answer to an earlier request with the same Idempotency-Key.',
    schema: { type: 'string', enum: ['true'] },
    example: 'true',
  },
};

export const PARAMETERS: Readonly<Record<string, Json>> = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    description:
      'A new one for each thing to do, the same one for its retries: the same key and body are the same answer, and nothing is done twice.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
    example: 'build-2026-03-02-1',
  },
  MinPosition: {
    name: 'FTM-Min-Position',
    in: 'header',
    required: false,
    description:
      'Wait until reads have come this far: the FTM-Position of an earlier answer, also of another system’s.',
    schema: { type: 'string', pattern: '^[0-9]{1,2}:[0-9]{1,18}$' },
    example: '3:1234',
  },
  IfMatch: {
    name: 'If-Match',
    in: 'header',
    required: true,
    description: 'The ETag of the version that you saw.',
    schema: { type: 'string', pattern: '^(\\*|(W/)?"\\d{1,9}")$' },
    example: '"4"',
  },
  RequestId: {
    name: 'X-Request-Id',
    in: 'header',
    required: false,
    description:
      'Your own id of the request: it is answered, and logged. 1 to 100 of A-Z a-z 0-9 . _ -; instead of any other, one is made.',
    schema: { type: 'string' },
    example: 'nightly-build-17',
  },
  LastEventId: {
    name: 'Last-Event-ID',
    in: 'header',
    required: false,
    description: 'Of a stream of events: the id of the last event that came; those behind it are sent.',
    schema: { type: 'string', pattern: '^\\d{0,9}$' },
    example: '4',
  },
};
