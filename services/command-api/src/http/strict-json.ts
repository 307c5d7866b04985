import { readStrictJson } from '@ftm/contracts/strict-json';
import { Problem } from './problem.ts';

const LIMITS = { maxDepth: 32, maxValues: 1_000_000, maxFaults: 1 };
const MAX_PATH_CHARS = 100;

/**
 * The body of a request.
 * @throws Problem 400 that says where
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const { value, faults } = readStrictJson(bytes, LIMITS);
  const [fault] = faults;
  if (fault === undefined) return value;
  const detail = `the body cannot be taken: ${fault.detail}`;
  const path = fault.path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('')
    .slice(0, MAX_PATH_CHARS);
  throw new Problem(
    'MALFORMED_BODY',
    detail,
    path === '' ? {} : { errors: [{ path, message: fault.detail }] },
  );
}
