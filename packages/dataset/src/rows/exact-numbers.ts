/** Strings and numbers of a text that is known to be JSON. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/**
 * The same JSON with every number that a double cannot hold as it was written made a string, so that two ids that
 * differ in their last digit are not read as one.
 */
export const withExactNumbers = (json: string): string =>
  json.replace(TOKEN, (token) => (token.startsWith('"') || isHeld(token) ? token : `"number:${token}"`));

function isHeld(token: string): boolean {
  const number = Number(token);
  return Number.isSafeInteger(number) || (!Number.isInteger(number) && String(number) === token);
}
