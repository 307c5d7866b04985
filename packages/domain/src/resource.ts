/** The project of any state, wherever it keeps it. */
export function projectOf(state: object): string | null {
  for (const holder of [
    state,
    ...['request', 'registration', 'schedule'].map((key) => (state as Record<string, unknown>)[key]),
  ]) {
    if (
      typeof holder === 'object' &&
      holder !== null &&
      'projectId' in holder &&
      typeof holder.projectId === 'string'
    )
      return holder.projectId;
  }
  return null;
}
