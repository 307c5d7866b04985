const SECRET_NAMES = /authorization|api[-_]?key|token|password|passwd|secret|credential|cookie/i;
const MASK = '[redacted]';
/**
 * Values that give themselves away: key formats, bearer tokens, credentials in URLs, and personal data with a fixed
 * shape.
 */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic) [A-Za-z0-9._~+/=-]{8,}/g, `$1 ${MASK}`],
  [/\b(?:sk|pk|rk|whsec|whsk|ghp|gho|xox[abp])[-_][A-Za-z0-9_-]{10,}/g, MASK],
  [/\bAKIA[0-9A-Z]{16}\b/g, MASK],
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]{1,200}:[^\s/@]{1,200}@/gi, `$1${MASK}@`],
  [/\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}\b/g, '[email]'],
  [/\b\d(?:[ -]?\d){12,18}\b/g, '[number]'],
  [/\b\d{3}-\d{2}-\d{4}\b/g, '[number]'],
];
const MAX_TEXT = 4000;
const MAX_DEPTH = 6;

/** Text without secrets and personal data. */
export function redactText(text: string): string {
  let clean = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text;
  for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
  return clean;
}

/** The same for whatever is logged; fields whose name speaks of a secret lose their value. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Error)
    return {
      name: value.name,
      message: redactText(value.message),
      stack: redactText(value.stack ?? ''),
      ...(value.cause === undefined ? {} : { cause: redact(value.cause, depth + 1) }),
    };
  if (value === null || typeof value !== 'object') return value;
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) return value.slice(0, 50).map((each) => redact(each, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      SECRET_NAMES.test(name) ? MASK : redact(each, depth + 1),
    ]),
  );
}
