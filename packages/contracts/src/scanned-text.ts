declare const scanned: unique symbol;

/**
 * Words of a person, as TRiSM left them: what may stand on the log, for ever. Only TRiSM's answer makes one (`OrchestratorClient.scan`), and `ourWords` of words
 * that stand in this program, so that free text that nobody scanned does not compile where a command takes it.
 */
export type ScannedText = string & { readonly [scanned]: true };

/** Words of this program itself: a literal, never something that came from outside. */
export const ourWords = <const T extends string>(text: string extends T ? never : T): ScannedText =>
  text as string as ScannedText;
