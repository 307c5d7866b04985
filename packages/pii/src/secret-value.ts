import { isRandom } from './randomness.ts';

/** How a value is assigned. */
export interface Assignment {
  /** To what people choose, not what machines make. */
  readonly isPassword: boolean;
  readonly isQuoted: boolean;
  /** A colon or the like with the space around it; undefined where a word says that it is. */
  readonly sign: string | undefined;
  /** The whole text is a field and its value. */
  readonly isField: boolean;
}

/** What stands for a value that comes from elsewhere. */
const PLACE = /^(?:[$<{%[*.]|x{3,}|your[-_ ]?|env\b)/i;
/** A member, a call, a statement. */
const CODE =
  /^[\p{L}_$][\p{L}\p{N}_$]*(?:(?:\.|::|->|\?\.)[\p{L}_$][\p{L}\p{N}_$]*)+|^[\p{L}_$][\p{L}\p{N}_$.]*[([{]|[(){};]$|^(?:new|await|self|this)\b/u;
const VARIABLE = /^(?:[a-z]+(?:_[a-z0-9]+)*\d?|[a-zA-Z]+)$/;
/** Words of a name: x-aws-ec2-metadata-token. */
const SLUG = /^[a-z]+\d{0,2}(?:[-_./:][a-z]{0,20}\d{0,2}){1,10}$/i;
const TERM = /^(?:base|sha|md|utf|aes|rsa|v|oauth|hs|rs|es)[-_]?\d+\b/i;
const WORD = /^[\p{L}-]{6,60}$/u;
/** What is said of a password instead of what it is. */
const NO_VALUE =
  /^(?:unknown|undefined|invalid|incorrect|required|missing|unavailable|expired|optional|hidden|masked|redacted|changed|string|secret|password|passwort|forgotten|mandatory|enabled|disabled|encrypted|default)$/i;

/** Whether it is a secret and not a word, a place for one or code that gets it. */
export function isSecretValue(value: string, how: Assignment): boolean {
  if (PLACE.test(value) || TERM.test(value) || /\s/.test(value) || isCode(value, how)) return false;
  return how.isPassword ? isPassword(value, how) : isKey(value, how);
}

const isCode = (value: string, { isQuoted, sign = '' }: Assignment): boolean =>
  !isQuoted && (CODE.test(value) || (/=\s/.test(sign) && VARIABLE.test(value)));

/** With a figure or a sign in it, unless it is all that a field holds. */
function isPassword(value: string, { isField }: Assignment): boolean {
  if (/^\d{6,40}$/.test(value)) return true;
  if (!/\p{L}/u.test(value)) return false;
  if (/\d/.test(value)) return value.length >= 5;
  if (/[!@#$%^&*+=?~]/.test(value.slice(0, -1))) return value.length >= 6;
  return isField && WORD.test(value) && !NO_VALUE.test(value);
}

function isKey(value: string, { sign }: Assignment): boolean {
  if (value.length < (sign === undefined ? 10 : 8) || SLUG.test(value)) return false;
  if (/\d/.test(value) && /\p{L}/u.test(value)) return true;
  const isMixed = /[a-z]/.test(value) && /[A-Z]/.test(value) && !/[()]/.test(value);
  return isMixed && value.length >= 20 && isRandom(value);
}
