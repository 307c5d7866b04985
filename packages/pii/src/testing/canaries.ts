import type { PiiType } from '../types.ts';
import { seeded } from './seeded.ts';

/** Invented personal data that is planted to be looked for: `value` as it is written, `plain` as a reader understands it. Neither may ever be found behind the sanitiser. */
export interface Canary {
  readonly type: PiiType;
  readonly shape: string;
  readonly value: string;
  readonly plain: string;
  /** The value in a sentence of a customer. */
  readonly text: string;
}

const GIVEN = ['Maren', 'Tobias', 'Ingrid', 'Rasmus', 'Annika', 'Leandro', 'Svetlana', 'Giorgos'];
const SURNAMES = [
  'Lindqvist',
  'Hoffmann',
  'Kowalczyk',
  'Petersen',
  'Fernandes',
  'Takahashi',
  'Andersson',
  'Moretti',
];
const SENTENCES: Readonly<Partial<Record<PiiType, (value: string) => string>>> = {
  EMAIL: (value) => `You can write to me at ${value}, please.`,
  PHONE: (value) => `Please call me on ${value}, thanks.`,
  CARD: (value) => `It is the card ${value}, I think.`,
  IBAN: (value) => `My IBAN is ${value}, I think.`,
  SSN: (value) => `My social security number is ${value}, you see.`,
  IP: (value) => `I was online from ${value}, at night.`,
  DATE_OF_BIRTH: (value) => `My date of birth is ${value}, if you need it.`,
  URL_CREDENTIALS: (value) => `The app connects to ${value} and fails.`,
  SECRET: (value) => `The app showed me the key ${value} and stopped.`,
  PERSON: (value) => `My name is ${value}.`,
};

/** One of every type in every shape, the same for a seed; `seed` decides the values. */
export function plantedCanaries(seed: number): Canary[] {
  const random = seeded(seed);
  const digits = (count: number): string =>
    Array.from({ length: count }, () => Math.floor(random() * 10)).join('');
  const letters = (count: number, of: string): string =>
    Array.from({ length: count }, () => of.charAt(Math.floor(random() * of.length))).join('');
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const tag = letters(6, 'bcdfghjkmnpqrstvwxz');
  const email = `canary.${tag}@mail.example.org`;
  const phone = `+49 30 9${digits(3)} ${digits(4)}`;
  const card = withLuhn(`4${digits(14)}`).replace(/\d{4}(?=\d)/g, '$& ');
  const iban = withIbanCheck('DE', `${1 + Math.floor(random() * 8)}${digits(17)}`);
  const ssn = `2${1 + Math.floor(random() * 9)}9-3${1 + Math.floor(random() * 9)}-4${digits(2)}7`;
  const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
  const key = `sk-canary-9${letters(30, alphabet)}`;
  const plain: readonly (readonly [PiiType, string])[] = [
    ['EMAIL', email],
    ['PHONE', phone],
    ['CARD', card],
    ['IBAN', iban],
    ['SSN', ssn],
    ['IP', `203.0.113.${10 + Math.floor(random() * 240)}`],
    ['IP', `2001:db8:${letters(4, 'abcdef')}::${letters(3, '123456789')}:7`],
    ['DATE_OF_BIRTH', `19${50 + Math.floor(random() * 49)}-0${1 + Math.floor(random() * 9)}-17`],
    ['URL_CREDENTIALS', `postgres://app:Pw7${letters(9, alphabet)}@db.example.net:5432/bank`],
    ['SECRET', key],
    ['SECRET', `ghp_7${letters(35, alphabet)}`],
    ['SECRET', `AKIA${letters(16, 'ABCDEFGHJKLMNPQRSTUVWXYZ234567')}`],
    ['PERSON', `${pick(GIVEN)} ${pick(SURNAMES)}`],
  ];
  const made = plain.map(([type, value]) => canary(type, 'plain', value, value));
  const hidden = ['EMAIL', 'PHONE', 'CARD', 'IBAN', 'SSN'] as const;
  for (const type of hidden) {
    const value = plain.find(([each]) => each === type)?.[1] ?? '';
    for (const [shape, write] of Object.entries(SHAPES)) made.push(canary(type, shape, write(value), value));
  }
  made.push(
    canary('EMAIL', 'homoglyphs', email.replace(/a/g, 'а').replace(/e/g, 'е'), email),
    canary(
      'EMAIL',
      'spelled out',
      email.replace('@', ' at ').replaceAll('.', ' dot ').replace('canary dot ', 'canary.'),
      email,
    ),
    canary(
      'EMAIL',
      'in brackets',
      email.replace('@', ' [at] ').replace('mail.example.org', 'example [dot] org'),
      email,
    ),
    canary('CARD', 'digit by digit', card.replaceAll(' ', '').split('').join(' '), card),
    canary('SECRET', 'base64', Buffer.from(`api key ${key} of canary`).toString('base64'), key),
    canary('EMAIL', 'base64', Buffer.from(`write to ${email} please`).toString('base64'), email),
  );
  return made;
}

const canary = (type: PiiType, shape: string, value: string, plain: string): Canary => ({
  type,
  shape,
  value,
  plain,
  text: SENTENCES[type]?.(value) ?? value,
});

const SHAPES: Readonly<Record<string, (value: string) => string>> = {
  'full-width': (value) =>
    value.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
  'zero-width joiners': (value) => value.split('').join('\u200d'),
  'percent-encoded': (value) =>
    value.replace(/[^A-Za-z0-9.-]/g, (char) => `%${char.charCodeAt(0).toString(16)}`),
  entities: (value) =>
    value
      .split('')
      .map((char) => `&#${char.charCodeAt(0)};`)
      .join(''),
};

function withLuhn(start: string): string {
  let sum = 0;
  for (let at = 0; at < start.length; at += 1) {
    const digit = Number(start.charAt(start.length - 1 - at)) * (at % 2 === 0 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return `${start}${(10 - (sum % 10)) % 10}`;
}

function withIbanCheck(country: string, account: string): string {
  const numbers = `${account}${country}00`.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return `${country}${String(98n - (BigInt(numbers) % 97n)).padStart(2, '0')}${account}`;
}
