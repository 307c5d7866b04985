import type { Rule, Span } from './types.ts';

/** What is assigned to something whose name says that it is secret, in a text or in code. */
export const ASSIGNED_SECRETS: Rule = {
  type: 'SECRET',
  hint: /key|secret|token|pass|pwd|credential|kennwort|wachtwoord|senha|parola|sandi|[ñł密口パ暗비암패كرپपপรνλşư]|парол/i,
  find: assignedSecrets,
};

/** What a person thought of: it may be short. Without combining marks, as `normalise` leaves a text. */
const PASSWORDS = [
  'passw(?:or)?d|passwort|passcode|passphrase|pwd|kennwort|wachtwoord|contraseña|senha|palavra-passe|mot de passe|hasło|парол[ья]|şifre|parol[aăe]|κωδικός|kata sandi|mật khẩu',
  'كلمة المرور|كلمة السر|رمز عبور|پاس ورڈ|पासवर्ड|পাসওয়ার্ড|密码|密碼|口令|パスワード|暗証番号|비밀번호|암호|패스워드|รหัสผ่าน',
]
  .join('|')
  .replace(/\p{M}/gu, '');
/** What a machine made. */
const KEYS =
  '(?:api|access|private|secret|account|encryption|signing|master)[-_ ]?key|secret|token|credentials?';
export const SECRET_NAME = new RegExp(`(${PASSWORDS})|${KEYS}`, 'giu');

/** What may follow in the name of a field or variable, so that it is a secret still. */
const REST_OF_NAME =
  /^(?:[-_ ]?(?:v?\d{1,3}|value|string|text|raw|prod|production|dev|test|staging|new|old|current|default|hash|base64|hex)){0,2}(?![\p{L}\p{N}_-])/iu;
const ASSIGNS =
  /^[\\"'`\])]{0,3}(?:\s{0,3}(?::=|=>|==?|:)\s{0,3}\\?|\s(?:is|ist|lautet|es|est|è|é|jest|это|este|adalah|هي|هو|است)\s(?:["'])?|(?:是|为|為|は|が|은|는|คือ)[\s:]{0,2})/iu;
const QUOTED = /^(?:"([^"\\\n]{1,200})\\?"|“([^”\n]{1,200})”|'([^'\n]{1,200})'|`([^`\n]{1,200})`)/;
const BARE = /^[^\s"'`<>[\]{},;]{4,200}/;
const LOOK_AHEAD = 280;
/** In a query, where the next begins. */
const NEXT_OF_QUERY = /&[\w.-]{1,40}=.*$/s;

/** The value alone, the whole of it: what it was assigned to is no secret. */
function* assignedSecrets(text: string): Generator<Span> {
  for (const match of text.matchAll(SECRET_NAME)) {
    if (!isWordFrom(text, match.index)) continue;
    const end = match.index + match[0].length;
    const rest = text.slice(end, end + LOOK_AHEAD);
    const spaceless = SPACELESS.test(match[0]);
    const name = REST_OF_NAME.exec(rest)?.[0];
    if (name === undefined && !spaceless) continue;
    const assigns = ASSIGNS.exec(rest.slice(name?.length ?? 0))?.[0];
    if (assigns === undefined) continue;
    const at = end + (name?.length ?? 0) + assigns.length;
    const given = { password: match[1] !== undefined, assigned: /[:=]/.test(assigns), spaceless };
    const span = quotedAt(text, at, given) ?? bareAt(text, at, given);
    if (span !== undefined) yield span;
  }
}

interface Given {
  readonly password: boolean;
  /** With a sign, not with a word. */
  readonly assigned: boolean;
  readonly spaceless: boolean;
}

const SPACELESS = /[\p{Script=Han}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

/** Not the end of another word, but the next word of a name in camel case. */
function isWordFrom(text: string, at: number): boolean {
  const before = text.charAt(at - 1);
  const first = text.charAt(at);
  return (
    !/\p{L}/u.test(before) || SPACELESS.test(first) || (/\p{Lu}/u.test(first) && /[\p{Ll}]/u.test(before))
  );
}

function quotedAt(text: string, at: number, { password }: Given): Span | undefined {
  const match = QUOTED.exec(text.slice(at, at + LOOK_AHEAD));
  const value = match?.slice(1).find((group) => group !== undefined);
  if (match === null || value === undefined) return undefined;
  const start = at + 1;
  return !/\s/.test(value) && isSecret(value, password)
    ? [start, start + value.length, !hasBoth(value)]
    : undefined;
}

function bareAt(text: string, at: number, given: Given): Span | undefined {
  let value = (BARE.exec(text.slice(at, at + LOOK_AHEAD))?.[0] ?? '').replace(NEXT_OF_QUERY, '');
  if (given.spaceless) value = /^[\x21-\x7e]*/.exec(value)?.[0] ?? '';
  const next = text.slice(at + value.length, at + value.length + 24);
  value = value.replace(/[.:)。،।]{1,9}$/, '');
  if (given.assigned && isCode(value, next)) return undefined;
  if (!isSecret(value, given.password)) return undefined;
  if (!/\p{L}/u.test(value) && /^ ?\p{L}/u.test(next)) return undefined;
  return [at, at + value.length, !(given.password ? given.assigned : value.length > 15)];
}

/** A call, a path to a member, a constant, a variable of the environment, the name of another variable. */
const isCode = (value: string, next: string): boolean =>
  /[()]|^[a-z_$][\w$]*(?:\??\.[a-z_$][\w$]*)+$/i.test(value) ||
  /^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$|^[a-z]+\d{0,3}(?:_[a-z]+\d{0,3})+$/.test(value) ||
  /^(?:\$\{?[A-Za-z_]|%\w+%|@[A-Za-z]|[./~\\]|--?[A-Za-z])/.test(value) ||
  /^(?:[[({]|['"`]?\s?\+\s|;|\s(?:\?|\|\||&&)\s)/.test(next);

/** Names of types, of algorithms, numbers with a unit, versions, times, links: they have digits and letters as secrets have. */
const SOMETHING_ELSE =
  /^(?:u?int\d*|float\d*|str(?:ing)?\d*|varchar|bytes?\d*|sha-?\d|md5|oauth|base\d\d|utf-?\d|bcrypt|argon2|[hre]s\d{3}|aes|x509|\d+(?:\.\d+)?[a-z]{1,3}$|\d+-?[a-z]+$|v?\d+(?:\.\d+)+|\d{4}-\d\d-\d\dt|https?:|your|my[-_]|\*|x+$|[^\p{L}\p{N}]+$)/iu;

function isSecret(value: string, password: boolean): boolean {
  if (SOMETHING_ELSE.test(value) || value.includes('|')) return false;
  if (!password) return value.length > 7 && (hasBoth(value) || isRandom(value));
  if (value.length < 6) return false;
  const signs = /[@#$%^&*!?+=~]/.test(value.slice(1, -1)) && /\p{L}/u.test(value);
  return signs || hasBoth(value) || /^\d+$/.test(value) || isRandom(value);
}

const hasBoth = (value: string): boolean => /\d/.test(value) && /\p{L}/u.test(value);

/** Long, in both cases, and with more than three bits a character: no word, no counter, no name in camel case. */
const isRandom = (value: string): boolean =>
  value.length >= 20 &&
  /[a-z]/.test(value) &&
  /[A-Z]/.test(value) &&
  !/[()]/.test(value) &&
  !value.split(/[-_.]|(?<=[a-z])(?=[A-Z])/).every((word) => /^[A-Z]{0,9}[a-z]{3,}$/.test(word)) &&
  entropy(value) > 3;

/** Shannon's, in bits a character. */
export function entropy(value: string): number {
  const counts = new Map<string, number>();
  for (const char of value) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}
