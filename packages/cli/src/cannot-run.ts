/** The command cannot do its work; the message says why and what to do. Exit code 2. */
export class CannotRun extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CannotRun';
  }
}
