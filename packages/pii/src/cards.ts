import { cardKind } from './checks.ts';
import { besideNumber, CERTAIN, FOUND, NEVER, saidBefore } from './evidence.ts';
import { allMatches } from './matching.ts';
import type { Candidate, Rule } from './types.ts';

interface Group {
  readonly digits: string;
  readonly start: number;
}

/** As cards are printed: by fours, or 4-6-5 and 4-6-4. */
const PRINTED = /^(?:4 4 4(?: 4)?(?: [1-4])?|4 6 [45])$/;
/** Three round numbers look like it, too. */
const SHORT = '4 4 4';
const DIGIT_BY_DIGIT = /^1(?: 1){11,18}$/;
const MAX_GROUPS = 19;
const MOST_DIGITS = 19;

export const CARDS: Rule = {
  type: 'CARD',
  hint: /\d(?:[ ./_-]{0,3}\d){11}/,
  find: cards,
};

const ROW = /\d(?:[ ./_-]{0,3}\d){11,63}/g;

/** In a row of groups: those neighbors that are one card, so that an expiry date behind does not hide it. */
function* cards(text: string): Generator<Candidate> {
  for (const row of allMatches(ROW, text)) {
    const groups = groupsOf(row[0], row.index);
    for (let first = 0; first < groups.length; first += 1) {
      const found = longestCard(text, groups, first);
      if (found === undefined) continue;
      yield found.candidate;
      first = found.last;
    }
  }
}

function groupsOf(row: string, start: number): Group[] {
  const groups: Group[] = [];
  let from = -1;
  for (let at = 0; at <= row.length; at += 1) {
    const code = row.charCodeAt(at);
    const isDigit = code > 47 && code < 58;
    if (isDigit && from === -1) from = at;
    else if (!isDigit && from !== -1) {
      groups.push({ digits: row.slice(from, at), start: start + from });
      from = -1;
    }
  }
  return groups;
}

function longestCard(
  text: string,
  groups: readonly Group[],
  first: number,
): { readonly candidate: Candidate; readonly last: number } | undefined {
  let digits = '';
  let sizes = '';
  let found: { candidate: Candidate; last: number } | undefined;
  const start = groups[first]?.start ?? 0;
  if (!/^[1-6]/.test(groups[first]?.digits ?? '')) return undefined;
  for (let last = first; last < Math.min(groups.length, first + MAX_GROUPS); last += 1) {
    const group = groups[last];
    if (group === undefined) break;
    digits += group.digits;
    if (digits.length > MOST_DIGITS) break;
    sizes += `${last === first ? '' : ' '}${group.digits.length}`;
    const kind = digits.length < 12 ? undefined : cardKind(digits);
    if (kind === undefined) continue;
    const end = group.start + group.digits.length;
    const points = (kind === 'common' ? FOUND : 1) + pointsOf(text, start, end, sizes);
    if (points >= FOUND) found = { candidate: [start, end, points], last };
  }
  return found;
}

/** One number in ten passes the checksum by chance: how it is written, and what is said, has to speak for it as well. */
function pointsOf(text: string, start: number, end: number, sizes: string): number {
  const left = text.slice(Math.max(0, start - 12), start);
  // Letters may be the card's name, or a row of digits and letters that is a name itself.
  const stuck = /\p{L}{1,12}$/u.exec(left)?.[0];
  if (stuck !== undefined && (stuck.length < 3 || /\d\p{L}{1,12}$/u.test(left))) return NEVER;
  if (/^\p{L}/u.test(text.slice(end, end + 1)) || /[-+]0?\.$|0x$/i.test(left)) return NEVER;
  let points = besideNumber(text, start, end);
  const said = saidBefore(text, start);
  if (said.meaning === 'paying') points += said.direct ? 2 : 1;
  else if (said.meaning === 'counting' || said.meaning === 'version') points -= said.direct ? 2 : 1;
  else if (said.meaning === 'calling') points -= 1;
  if (PRINTED.test(sizes)) points += sizes === SHORT ? 0.5 : 2;
  else if (DIGIT_BY_DIGIT.test(sizes)) points += 1;
  else if (sizes.includes(' ')) points -= said.meaning === 'paying' && said.direct ? 1 : CERTAIN;
  return points;
}
