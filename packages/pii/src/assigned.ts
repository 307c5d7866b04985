import { CERTAIN, FOUND } from './evidence.ts';
import { asMet, fold } from './lexicon.ts';
import { allMatches } from './matching.ts';
import { isRandom } from './randomness.ts';
import { isSecretValue } from './secret-value.ts';
import type { Candidate, Rule } from './types.ts';

/** Names of passwords: people choose them, so that they look like words with a figure behind. Folded, as the text is. */
const PASSWORD = asMet(
  'password|passwd|passwort|kennwort|passphrase|passcode|pwd|mot[ _]de[ _]passe|motdepasse|contraseña|senha|palavra-passe|parola|parole|' +
    'wachtwoord|hasło|hasla|şifrem?|lösenord|adgangskode|passord|salasana|heslo|jelszó|mật khẩu|kata sandi',
);
const PASSWORD_ELSEWHERE = asMet(
  'κωδικός|συνθηματικό|пароль|пароля|паролем|密码|密碼|口令|パスワード|暗証番号|비밀번호|암호|كلمة المرور|كلمة السر|رمز عبور|' +
    'گذرواژه|پاس ورڈ|סיסמה|סיסמא|पासवर्ड|পাসওয়ার্ড|கடவுச்சொல்|รหัสผ่าน',
);
/** Names of what machines make. */
const KEY =
  '(?:api|access|private|secret|account|encryption|signing|master|auth|shared|client)[-_ ]?key|secret|token|credential';
export const NAME = new RegExp(`(${PASSWORD})|${KEY}`, 'g');
export const NAME_ELSEWHERE = new RegExp(`(${PASSWORD_ELSEWHERE})`, 'g');

const anyCase = (text: string): string =>
  text.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
const PARTS =
  'key|secr|token|pass|pwd|cred|senha|ifre|contrase|parol|wachtw|hasl|hasł|kennw|senord|adgangsk|alasana|heslo|jelsz|khau|khẩu|kata s';

/** Names in Latin letters, and in others. */
export const ASSIGNED_SECRETS: readonly Rule[] = [
  {
    type: 'SECRET',
    hint: new RegExp(anyCase(PARTS)),
    find: (text) => assignedTo(NAME, text),
  },
  {
    type: 'SECRET',
    hint: /κωδ|συνθ|пароль|пароля|паролем|密码|密碼|口令|パスワ|暗証|비밀번호|암호|كلمة|رمز|گذر|پاس|סיסמ|पस|পস|கடவ|รหส/i,
    find: (text) => assignedTo(NAME_ELSEWHERE, text),
  },
];

const REST_OF_NAME =
  /^(?:s?(?![\p{L}\p{N}])|[-_]?v?\d{1,3}(?![\p{L}\p{N}])|_(?:access_key|key_base|base64|value|default|prod|dev|test|live)(?![\p{L}\p{N}_]))/iu;
/** Written without spaces. */
const UNSPACED_NAME = /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]$/;
/** A sign, or a word that says the same. What compares is no assignment. */
const SIGN = /^(["'`\]]{0,2})\s{0,3}(:=|=>|[:=—–](?![=:])|\s-(?=\s))>?\s{0,3}/u;
const IS = asMet('is|ist|es|est|lautet|era|was|è|e|to|este|είναι|هي|هو|است|ہے|है|adalah|là|jest|да');
export const WORD_IS = new RegExp(
  `^(?: (?:for|to|of|für|pour|para|dla|для)(?: [\\p{L}-]{1,15}){1,3})?(?: (?:${IS}) ?[:,]? ?|(?:是|为|為|は|는|은|이|คือ) ?)`,
  'iu',
);
const MOST_LETTERS = 200;

/** The value alone: what it was assigned to is no secret. */
function* assignedTo(names: RegExp, text: string): Generator<Candidate> {
  const folded = fold(text);
  for (const match of allMatches(names, folded)) {
    const end = match.index + match[0].length;
    const unspaced = UNSPACED_NAME.test(match[0]);
    const rest = REST_OF_NAME.exec(folded.slice(end, end + 24))?.[0];
    if (!unspaced && (rest === undefined || !beginsWord(text, match.index))) continue;
    const candidate = valueAfter(text, end + (rest?.length ?? 0), match[1] !== undefined);
    if (candidate !== undefined) yield candidate;
  }
}

/** A word begins here, or a hump or stroke of the name that it ends. */
function beginsWord(text: string, start: number): boolean {
  const before = text.charAt(start - 1);
  return !/\p{L}/u.test(before) || (/\p{Ll}/u.test(before) && /\p{Lu}/u.test(text.charAt(start)));
}

/** What stands between a name and its value, and how the value is written. */
function valueAfter(text: string, from: number, isPassword: boolean): Candidate | undefined {
  const rest = text.slice(from, from + MOST_LETTERS + 40);
  const sign = SIGN.exec(rest)?.[0];
  const gap = sign ?? WORD_IS.exec(fold(rest))?.[0];
  if (gap === undefined) return undefined;
  const quote = QUOTES[rest.charAt(gap.length)];
  const inQuery = /[?&][\w-]{0,30}$/.test(text.slice(Math.max(0, from - 40), from));
  const start = from + gap.length + (quote === undefined ? 0 : 1);
  const value = quote === undefined ? unquoted(text, start, inQuery) : quoted(text, start, quote);
  const end = start + value.length;
  // A field and its value are the whole text.
  const isField = sign === IS_FIELD && end === text.length && FIELD.test(text.slice(0, from));
  const how = { isPassword, isQuoted: quote !== undefined, sign, isField };
  if (!isSecretValue(value, how)) return undefined;
  const isSure = sign !== undefined && value.length >= 8 && (isPassword || isRandom(value));
  return [start, end, isSure ? CERTAIN : FOUND];
}

const IS_FIELD = ': ';
const FIELD = /^[\w -]{0,60}$/;
const QUOTES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '`': '`', '“': '”', '«': '»' };

function quoted(text: string, start: number, close: string): string {
  const rest = text.slice(start, start + MOST_LETTERS);
  const end = rest.indexOf(close);
  return end === -1 || rest.slice(0, end).includes('\n') ? '' : rest.slice(0, end);
}

/** Up to what ends a sentence, a list or a bracket; the signs of a password belong to it. */
function unquoted(text: string, start: number, inQuery: boolean): string {
  const word = /^[^\s"'`<>]{1,200}/u.exec(text.slice(start, start + MOST_LETTERS))?.[0] ?? '';
  const next = word.search(inQuery ? /[&#)]/ : /[,;][\p{L}_]{1,40}[=:]/u);
  let end = next === -1 ? word.length : next;
  while (end > 0 && ENDS.has(word.charAt(end - 1))) end -= 1;
  return word.slice(0, end);
}
const ENDS: ReadonlySet<string> = new Set('.,;:?)]}。，、；？');
