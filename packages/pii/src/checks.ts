interface CardKind {
  readonly prefix: RegExp;
  readonly lengths: readonly number[];
  /** Of a brand whose cards one meets, in the length that they have: a number by itself is likely one of them. */
  readonly common: readonly number[];
}

const CARD_KINDS: readonly CardKind[] = [
  { prefix: /^4/, lengths: [13, 16, 19], common: [16] }, // Visa
  { prefix: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16], common: [16] }, // Mastercard
  { prefix: /^3[47]/, lengths: [15], common: [15] }, // American Express
  { prefix: /^(?:30[0-5]|309|3[689])/, lengths: [14, 16, 19], common: [] }, // Diners
  { prefix: /^(?:6011|64[4-9]|65)/, lengths: [16, 19], common: [16] }, // Discover
  { prefix: /^35(?:2[89]|[3-8])/, lengths: [16, 17, 18, 19], common: [16] }, // JCB
  { prefix: /^(?:1800|2131)/, lengths: [15], common: [] }, // JCB, of old
  { prefix: /^62/, lengths: [16, 17, 18, 19], common: [16] }, // UnionPay
  { prefix: /^(?:50|5[6-9]|6304|676|639)/, lengths: [12, 13, 14, 15, 16, 17, 18, 19], common: [] }, // Maestro
];

/** By the first four digits: which kind, and one more; 0 for none. */
const KIND_OF_PREFIX = Uint8Array.from({ length: 10_000 }, (_each, prefix) => {
  const digits = String(prefix).padStart(4, '0');
  return CARD_KINDS.findIndex((kind) => kind.prefix.test(digits)) + 1;
});

/** Digits alone: of which kind a network's prefix and length and Luhn's checksum (ISO/IEC 7812) make them; undefined: no card. */
export function cardKind(digits: string): 'common' | 'rare' | undefined {
  const kind = CARD_KINDS[(KIND_OF_PREFIX[Number(digits.slice(0, 4))] ?? 0) - 1];
  if (kind?.lengths.includes(digits.length) !== true || !passesLuhn(digits)) return undefined;
  return kind.common.includes(digits.length) ? 'common' : 'rare';
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    let digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    if (at % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}

/** Lengths by country, from the IBAN registry. */
const IBAN_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 ' +
    'GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 ' +
    'MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 ' +
    'TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** How many letters and digits an IBAN of this country has; undefined for no country. */
export const ibanLength = (country: string): number | undefined => IBAN_LENGTHS[country.toUpperCase()];

/** ISO 13616, letters and digits alone: the rearrangement is 1 modulo 97. */
export function isIban(plain: string): boolean {
  let rest = 0;
  for (const char of plain.slice(4).toUpperCase() + plain.slice(0, 4).toUpperCase()) {
    const value = char <= '9' ? Number(char) : char.charCodeAt(0) - 55;
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/** Digits alone: a number that the US Social Security Administration gives out. */
export function isSsn(digits: string): boolean {
  const area = digits.slice(0, 3);
  return (
    area !== '000' &&
    area !== '666' &&
    area < '900' &&
    digits.slice(3, 5) !== '00' &&
    !digits.endsWith('0000')
  );
}

/** Four octets that are the address of one machine: no mask, and not the machine itself. */
export function isIpV4(text: string): boolean {
  return (
    text.split('.').every((part) => Number(part) <= 255 && (part === '0' || !part.startsWith('0'))) &&
    !/^(?:0|127|255)\./.test(text)
  );
}

/** How unlike a version, a section or an outline they are: those have small numbers. */
export function octetPoints(text: string): number {
  const largest = Math.max(...text.split('.').map(Number));
  return largest > 99 ? 3 : largest > 31 ? 2 : 1;
}

/** Eight groups, or fewer around one `::`; what could as well be a time, a ratio or a name of a program is none. */
export function isIpV6(text: string): boolean {
  const halves = text.split('::');
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) || !/\d/.test(text)) return false;
  if (halves.length === 1) return groups.length === 8 && groups.join('').length >= 16;
  if (halves.length > 2 || groups.length > 7) return false;
  return groups.length >= 3 || (groups.length === 2 && /^(?=\w*\d)\w{3,4}$/.test(groups[0] ?? ''));
}
