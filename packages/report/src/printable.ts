const SHOWN_BY_NUMBER = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;
const ESCAPE = '\u001B';
const COLOR = /^\[[\d;]*m/;

/**
 * Text as it may be shown to people, on a terminal or a page: what would move a cursor, ring, write a title or turn the order of letters round is shown by its
 * number, as JSON writes it. Those are control characters of both sets and what embeds, overrides or isolates a direction (UAX #9); tabs, line ends and colors
 * of a terminal stay.
 */
export const printable = (text: string): string =>
  text.replace(SHOWN_BY_NUMBER, (character, at: number) => {
    if (character === '\t' || character === '\n') return character;
    if (character === ESCAPE && COLOR.test(text.slice(at + 1, at + 32))) return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
