/** Parts that may be away for a while: a job that meets that is tried again, and where in the program it met it helps nobody. */
const AWAY: ReadonlySet<string> = new Set([
  'LogUnavailable',
  'OrchestratorUnavailable',
  'ObjectStoreUnavailable',
]);

/** What an error says of a part that is away, itself or by its cause; undefined for any other error. */
export function outageOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (AWAY.has(cause.name)) return cause.message;
  return undefined;
}
