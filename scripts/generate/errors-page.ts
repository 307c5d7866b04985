import { ERROR_CODES, type ErrorCode } from '@ftm/api/errors/error-codes';
import { REASON_CODES } from '@ftm/api/errors/reason-codes';

/** The codes of refusals as a page: what each means, and what to do about it. */
export function errorsPage(): string {
  const codes = (Object.keys(ERROR_CODES) as ErrorCode[]).sort();
  return [
    '# Error codes',
    '',
    'Generated from `packages/api/src/errors` by `npm run generate`. A refusal is an RFC 9457 problem; its `code`',
    'is stable, and its `type` is the path of the page of that code at the server: `/docs/errors/<code>`.',
    '',
    '| code | status | why it comes | what to do |',
    '|---|---|---|---|',
    ...codes.map((code) => {
      const { status, cause, remedy } = ERROR_CODES[code];
      return `| \`${code}\` | ${status} | ${cause} | ${remedy} |`;
    }),
    '',
    '## Reasons',
    '',
    'Codes in the `reasons` of a refusal that FTM itself gives. Those of the Orchestrator’s policy are its own.',
    '',
    '| code | what it says |',
    '|---|---|',
    ...Object.entries(REASON_CODES).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`),
    '',
  ].join('\n');
}
