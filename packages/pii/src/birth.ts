import { CERTAIN } from './evidence.ts';
import { allMatches } from './matching.ts';
import { asMet, fold } from './lexicon.ts';
import type { Candidate, Rule } from './types.ts';

/** What a date of birth is announced by, in the most spoken languages of Europe and Asia; folded, as the text is. */
const SAID = asMet(
  [
    'born(?: on)?|date[ _-]?of[ _-]?birth|birth[ _-]?(?:date|day)|d\\.?o\\.?b\\.?',
    'geboren(?: am)?|geb\\.|geburtsdatum|geburtstag',
    'née?(?:\\(e\\))? le|date[ _]de[ _]naissance',
    'nacid[oa](?: el)?|nació el|nací el|fecha[ _]de[ _]nacimiento|nascid[oa] em|nasceu em|nasci em|data[ _]de[ _]nascimento',
    'nat[oa] il|data di nascita|geboren op|geboortedatum|urodzon[ya]|data urodzenia|ur\\.',
    'născută? (?:pe|la)|data nașterii|doğum(?: tarihi(?:m|niz)?)?|född|fødselsdato|født|syntynyt|datum narození|született',
    'родил(?:ся|ась)|дата рождения|народи(?:вся|лася)|дата народження',
    'γεννήθηκ[αε](?: στις)?|ημερομηνία γέννησης',
    'تاريخ الميلاد|تاريخ ميلادي|من مواليد|ولدت في|ولد في|تاریخ تولد|تاریخ پیدائش|תאריך לידה',
    'जन्म ?तिथि|जन्मदिन|जन्म|জন্ম ?তারিখ|জন্ম',
    '出生日期|出生于|出生|生日|生年月日|誕生日|생년월일|생일|출생',
    'ngày sinh|sinh ngày|tanggal lahir|lahir(?: pada)?|วันเกิด',
  ].join('|'),
);
const WORD = '\\p{L}{3,12}';
const DATE = [
  '\\d{1,2}[./-]\\d{1,2}[./-](?:\\d{4}|\\d{2})',
  '(?:19|20)\\d{2}[./-]\\d{1,2}[./-]\\d{1,2}',
  `\\d{1,2}(?:st|nd|rd|th|er|[.º])?[ -](?:of |de |d')?${WORD}\\.?,?[ -](?:del? )?(?:19|20)\\d{2}`,
  `${WORD} \\d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\\d{2}`,
  '(?:19|20)\\d{2} ?[年년] ?\\d{1,2} ?[月월] ?\\d{1,2} ?[日일]?',
  '(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])',
].join('|');

export const SAID_BIRTH = new RegExp(`(?<!\\p{L})(?:${SAID})`, 'gu');
/** Behind it, with nothing but signs and a small word between. */
export const BIRTH_DATE = new RegExp(
  `^["'’]?[\\s:=,("'\\[*-]{0,5}(?:(?:is|was|on|the|am|ist|est|es|en|el|le|de|it is|è|é|to|este|是|は|는|은|هو) ?){0,2}["']?(${DATE})(?!\\d)`,
  'u',
);
/** A date before the word, where a language puts it there. */
export const DATE_BORN =
  /(?<!\d)((?:19|20)\d{2} ?[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日일]?|\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d{2}) ?(?:に?生まれ|出生|생(?:입니다|이)|г\. ?р\.|doğumlu|dogumlu|is my (?:birthday|date of birth))/gu;

const LOOK_AHEAD = 48;

export const BIRTH_DATES: Rule = {
  type: 'DATE_OF_BIRTH',
  hint: /(?:19|20)\d{2}|\d[./-]\d{1,2}[./-]\d{2}/,
  find: birthDates,
};

/** The date alone, where the text says that somebody was born on it. */
function* birthDates(text: string): Generator<Candidate> {
  const plain = fold(text);
  if (!HINT.test(plain) && !/[^\0-\x7f]/.test(plain)) return;
  for (const { index, 0: said } of allMatches(SAID_BIRTH, plain)) {
    const from = index + said.length;
    const match = BIRTH_DATE.exec(plain.slice(from, from + LOOK_AHEAD));
    if (match === null) continue;
    const end = from + match[0].length;
    yield [end - (match[1] ?? '').length, end, CERTAIN];
  }
  for (const match of allMatches(DATE_BORN, plain))
    yield [match.index, match.index + (match[1] ?? '').length, CERTAIN];
}

/** Of a folded text that is ASCII. */
const HINT =
  /born|birth|d\.?o\.?b|geb|ne[e(]?[e)]* le|naissance|naci|nasc|nat[oa] il|nascita|urodz|ur\.|dogum|lahir|sinh|born|syntyn/;
