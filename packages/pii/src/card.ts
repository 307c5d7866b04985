import { isCard } from './checks.ts';
import { createLexicon, wordsBefore } from './context.ts';
import type { Rule, Span } from './types.ts';
import { vocabulary } from './vocabulary.ts';

export const CARDS: Rule = {
  type: 'CARD',
  needs: 'digits',
  hint: /\d[ ._/-]{0,3}\d[ ._/-]{0,3}\d[ ._/-]{0,3}\d/,
  find: cards,
};

/** Behind these a number is a card's, in whatever groups it stands. */
const CARD_WORDS = vocabulary(
  `card cards cc visa mastercard amex maestro discover diners jcb unionpay debit credit pan
  karte kreditkarte kartennummer bankkarte carte tarjeta carta cartão cartao creditcard betaalkaart kaart karta karty karcie kart kartı cardul
  kartu thẻ بطاقة البطاقة کارت کارڈ कार्ड কার্ড`,
  'карт κάρτ kreditk',
  '卡号 卡號 信用卡 银行卡 銀行卡 カード 카드',
);
/** Where money changes hands. */
const PAYMENT_WORDS = vocabulary(
  `pay pays paid paying payment payments charge charged charges charging billed billing refund refunded refunds expires expiry expiration exp
  cvv cvc purchase purchased bought checkout withdraw withdrew withdrawal withdrawn wallet swipe swiped declined atm subscription renew
  bezahlt bezahlen zahlung abgebucht payé payer paiement débité pagado pagar pago cobro pagato pagare pagamento pagou betaald betalen zapłacić`,
  'оплат плат списал',
  '支付 付款 扣款 支払 決済 결제',
);
/** What else has so many digits. */
const NUMBERED = vocabulary(
  `order orders invoice invoices tracking shipment parcel package ticket serial sn isbn issn ean upc gtin imei sku id ids uid uuid pid timestamp epoch
  unix seed hash commit build version sum product equals result answer times plus minus population total bytes offset index row line page event
  batch account iban reference ref transaction txn`,
);
const kindOf = createLexicon([
  ['card', CARD_WORDS],
  ['payment', PAYMENT_WORDS],
  ['counted', NUMBERED],
]);
const MAX_WORDS = 8;
const EXPIRES = /^[\s,;|(]{0,3}(?:exp|cv[cv]|valid|gültig|\d\d ?\/ ?\d\d(?!\d))/i;

/** As cards are printed. */
const PRINTED = /^(?:4 4 4 4(?: 3)?|4 6 [45])$/;
/** What a row of digits is cut into where a card does not fill it. */
const INSIDE = /^(?:4 4 4 4(?: 3)?|4 6 [45]|\d+)$/;
const DIGIT_BY_DIGIT = /^1(?: 1){11,18}$/;
/** Of those that hardly any card has, numbers of every other kind have most. */
const USUAL_LENGTHS: readonly number[] = [14, 15, 16];

interface Group {
  readonly digits: string;
  readonly start: number;
}

/** In a row of digit groups: the whole row, or those neighbours that a card is printed in, so that an expiry date behind does not hide it. */
function* cards(text: string): Generator<Span> {
  for (const row of text.matchAll(/\d(?:[ ._/-]{0,3}\d){11,63}/g)) {
    const end = row.index + row[0].length;
    if (isPartOfMore(text, row.index, end)) continue;
    const groups = [...row[0].matchAll(/\d+/g)].map((group) => ({
      digits: group[0],
      start: row.index + group.index,
    }));
    const whole = row[0].replace(/\D/g, '');
    if (isCard(whole)) {
      const weak = weakness(text, groups, end);
      if (weak !== undefined) yield [row.index, end, weak];
      continue;
    }
    yield* within(text, groups);
  }
}

function* within(text: string, groups: readonly Group[]): Generator<Span> {
  for (let first = 0; first < groups.length; first += 1) {
    const last = lastOfCard(groups, first);
    const [begin, end] = [groups[first], groups[last ?? -1]];
    if (last === undefined || begin === undefined || end === undefined) continue;
    const until = end.start + end.digits.length;
    const weak = weakness(text, groups.slice(first, last + 1), until);
    // Of a row of equal numbers four are no card by themselves.
    const among = [groups[first - 1], groups[last + 1]].some((beside) => beside?.digits.length === 4);
    first = last;
    if (weak !== undefined && !(among && saidBefore(text, begin.start) !== 'card'))
      yield [begin.start, until, weak];
  }
}

function lastOfCard(groups: readonly Group[], first: number): number | undefined {
  let digits = '';
  let sizes = '';
  let found: number | undefined;
  for (let at = first; at < Math.min(groups.length, first + 5); at += 1) {
    const group = groups[at]?.digits ?? '';
    digits += group;
    sizes += `${sizes === '' ? '' : ' '}${group.length}`;
    if (digits.length > 19) break;
    if (INSIDE.test(sizes) && isCard(digits)) found = at;
  }
  return found;
}

/** Of what passes the test of its network and Luhn's, as one number of forty does. Undefined for what is none after all. */
function weakness(text: string, groups: readonly Group[], end: number): boolean | undefined {
  const [{ digits = '', start = 0 } = {}] = groups;
  const said = saidBefore(text, start);
  if (said === 'card' || EXPIRES.test(text.slice(end, end + 24))) return false;
  if (said === 'payment') return true;
  if (said === 'counted') return undefined;
  if (groups.length === 1)
    return USUAL_LENGTHS.includes(digits.length) && isAlone(text, start, end) ? true : undefined;
  const sizes = groups.map((group) => group.digits.length).join(' ');
  const gaps = new Set(text.slice(start, end).match(/\D+/g));
  if (gaps.size > 1 || [...gaps].some((gap) => gap.length > 1)) return undefined;
  return PRINTED.test(sizes) || DIGIT_BY_DIGIT.test(sizes) ? false : undefined;
}

/** No operand, no item of a list, no value of a field. */
const isAlone = (text: string, start: number, end: number): boolean =>
  /(?:^|[\p{L}:;,.!?(#"“>]\s?|\s{2})$/u.test(text.slice(Math.max(0, start - 2), start)) &&
  /^(?:$|\n|[\s,;:.!?)"”<]\s?(?![\d=+*/×-]))/.test(text.slice(end, end + 3));

/** `card` anywhere near; of the others the nearest. */
function saidBefore(text: string, start: number): 'card' | 'payment' | 'counted' | undefined {
  let nearest: 'payment' | 'counted' | undefined;
  let words = 0;
  for (const { word, gap } of wordsBefore(text, start)) {
    words += 1;
    if (words > MAX_WORDS || /\n\s*\n/.test(gap)) break;
    const kind = kindOf(word);
    if (kind === 'card') return kind;
    nearest ??= kind;
  }
  return nearest;
}

/** Of a decimal, an identifier, a number in hexadecimal. */
function isPartOfMore(text: string, start: number, end: number): boolean {
  if (/\d[.,]$/.test(text.slice(Math.max(0, start - 2), start))) return true;
  if (/^\d{1,15}\.\d{5}/.test(text.slice(start, start + 22))) return true;
  if (/^(?:[.,]\d|%|(?!exp|cv[cv])\p{L})/iu.test(text.slice(end, end + 4))) return true;
  if (!/\p{L}$/u.test(text.slice(Math.max(0, start - 1), start))) return false;
  const [before] = wordsBefore(text, start);
  return before === undefined || kindOf(before.word) !== 'card';
}
