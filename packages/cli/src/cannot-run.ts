/** The command cannot do its work; the message says why and what to do. Exit code 2. */
export class CannotRun extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CannotRun';
  }
}

/** What the caller can mend is one line; anything else is a defect, and shows where it is. */
export function saidOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name.startsWith('KafkaJS')) {
    let first = error;
    while (first.cause instanceof Error) first = first.cause;
    return `Kafka cannot be used: ${first.message}`;
  }
  return error instanceof CannotRun || 'code' in error ? error.message : (error.stack ?? error.message);
}
