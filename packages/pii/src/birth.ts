import type { Rule, Span } from './types.ts';
import { wordList } from './vocabulary.ts';

export const BIRTH_DATES: Rule = {
  type: 'DATE_OF_BIRTH',
  needs: 'digits',
  hint: /(?:19|20)\d\d|\d[./-] ?\d{1,2}[./-] ?\d\d/,
  find: birthDates,
};

/** Stems, lower case and without marks, of the months’ names. */
const MONTHS = wordList(
  `jan feb mar apr may jun jul aug sep oct nov dec jän mär mai okt dez janv févr avr juin juil août aoû déc ene abr ago dic gen mag giu lug set
  ott fev out maart mei maj stycz lut kwie czerw lip sierp wrze paźdz lis grud oca şub nis haz tem ağu eyl eki kas ara ian iun iul noi agu des
  янв фев март апр мая май июн июл авг сен окт ноя дек січ лют берез квіт трав черв лип серп верес жовт листоп груд
  ιαν φεβ μαρ απρ μαι μαΐ ιουν ιουλ αυγ σεπ οκτ νοε δεκ يناير فبراير مارس أبريل ابريل مايو يونيو يوليو أغسطس اغسطس سبتمبر أكتوبر اكتوبر
  نوفمبر ديسمبر जन फर मार्च अप्र मई जून जुल अग सित अक्ट नव दिस`,
);
const isMonth = (word: string): boolean => MONTHS.some((stem) => word.toLowerCase().startsWith(stem));

/** Numbers; a month's name behind or before the day; as they are written in Chinese, Japanese and Korean. */
const DATE =
  '(?:\\d{1,2}[./-]\\s?\\d{1,2}[./-]\\s?(?:\\d{4}|\\d{2})|\\d{4}[./-]\\s?\\d{1,2}[./-]\\s?\\d{1,2}|\\d{4}[年년]\\s?\\d{1,2}[月월]\\s?\\d{1,2}[日일]?' +
  '|\\d{1,2}(?:st|nd|rd|th|er|\\.|º)?[ -](?:of |de |den )?(\\p{L}{3,12})[.,]?[ -](?:de |del )?\\d{4}|(\\p{L}{3,12})\\.? \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}|(?:19|20)\\d{6})(?!\\d)';

const BORN =
  /\b(?:born|dates?[ _]?of[ _]?birth|birth[ _]?(?:date|day)|d\.?o\.?b\b|bday|geboren|geb\b|geburts(?:datum|tag)|geboortedatum|verjaardag|nee? le|date de naissance|nacid[oa]|fecha de nacimiento|nat[oa]|data di nascita|nascid[oa]|nasceu|data de nascimento|urodzon[ya]|ur\b|data urodzenia|tanggal lahir|lahir)/gi;
/** In letters that English has not; where words have no spaces between them, anywhere. */
export const BORN_ELSEWHERE = new RegExp(
  [
    '(?<!\\p{L})(?:née?|nací|nació|urodził[ae]?m?|родил(?:ся|ась)|рожден(?:ия|ие)|г\\.\\s?р\\.|народи(?:вся|лась|лася)|народження|doğum(?:[ _]tarih\\p{L}{1,4})?',
    '|doğdu\\p{L}?|născută?|data nașterii|född|födelsedatum|født|γεννήθηκ[αε]|γέννησης|ngày sinh|تاريخ الميلاد|ولدت?|مواليد|تاریخ تولد|متولد|تاریخ پیدائش',
    '|जन्म(?: ?तिथि)?|জন্ম(?: ?তারিখ)?)(?!\\p{L})|出生(?:日期|于|於|年月日|日)?|生日|生年月日|誕生日|생년월일|생일|출생|วันเกิด',
  ]
    .join('')
    .replace(/\p{M}/gu, ''),
  'giu',
);
const PLACE =
  /^\s(?:in|at|à|en|a|w|в|te|em|u)\s\p{L}[\p{L}' -]{1,30}(?:,|(?=\s(?:on|am|le|el|il|em|op|dnia)\s))/iu;
/** Signs, and small words. */
const BETWEEN =
  /^["'’)\]\\]{0,3}[\s.:=,>(–-]{0,5}\\?["']?(?:(?:is|was|on|in|it|it['’]s|the|am|den|le|el|il|em|op|dnia|i|at|на|은|는|は|是|为)[\s:]{1,3}|は、?|是|为)?/iu;
export const DATE_NEXT = new RegExp(`^${DATE}`, 'iu');
/** What is said behind a date. */
const BORN_AFTER =
  /(?<=[\d日일] ?)(?:生まれ|出生|生(?!각)|doğumlu|tarihinde doğ|г\. ?р|р\. ?н|is (?:my|his|her|their) (?:birthday|date of birth))/giu;
const LOOK_AHEAD = 90;
const LONGEST_DATE = 30;

/** The date alone, where the text says that somebody was born on it. */
function* birthDates(text: string): Generator<Span> {
  const elsewhere = /[^\0-\x7f]/.test(text);
  for (const match of elsewhere
    ? [...text.matchAll(BORN), ...text.matchAll(BORN_ELSEWHERE)]
    : text.matchAll(BORN)) {
    let at = match.index + match[0].length;
    for (const between of [PLACE, BETWEEN, BETWEEN])
      at += between.exec(text.slice(at, at + LOOK_AHEAD))?.[0].length ?? 0;
    const date = DATE_NEXT.exec(text.slice(at, at + LOOK_AHEAD));
    if (isDate(date)) yield [at, at + date[0].length];
  }
  for (const { index } of text.matchAll(BORN_AFTER)) {
    const end = text.charAt(index - 1) === ' ' ? index - 1 : index;
    for (let at = Math.max(0, end - LONGEST_DATE); at < end; at += 1) {
      if (/[\d./-]/.test(text.charAt(at - 1))) continue;
      const date = DATE_NEXT.exec(text.slice(at, end));
      if (!isDate(date) || at + date[0].length < end) continue;
      yield [at, end];
      break;
    }
  }
}

function isDate(match: RegExpExecArray | null): match is RegExpExecArray {
  const month = match?.[1] ?? match?.[2];
  return match !== null && (month === undefined || isMonth(month));
}
