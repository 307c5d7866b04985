const CALLED =
  /(?:phone|telephone|tel|call(?:ing)?|ring|mobile|cell|fax|contact|dial|reach|whatsapp|sms|text|answer(?:ing|s)?)\W{0,12}(?:\w{1,6}\W{1,3}){0,3}$/;
const CALLED_AFTER = /^\W{0,3}(?:office|home|work|mobile|cell|fax|phone|tel)\b/;
const COUNTED =
  /(?:\b(?:order|invoice|ticket|case|account|acct|tracking|reference|booking|policy|serial|part|ref|id|no|nr|isbn|sku)|[#$€£])[\W_]{0,4}(?:(?:number|no|nr|num|id|code|is)[\W_]{0,4}){0,2}$/;
const LOOK_BACK = 40;

const CALLED_SHORT =
  /(?:phone|tel(?:ephone)?|mobile|cell|fax|number|call(?: me| us)?(?: on| at)?|dial|reach|answering(?: at)?)\W{0,6}(?:is |at |on )?\W{0,2}$/;

/** What a phone number looks like, and what only looks like one: dates, amounts, versions, addresses, plain counts. */
export function isPhone(text: string, start: number, end: number, spaced = false): boolean {
  const number = text.slice(start, end).replace(/\s{0,2}(?:x|ext\.?)\s{0,2}\d{1,6}$/i, '');
  const digits = number.replace(/\D/g, '');
  if (digits.length < 6 || digits.length > 15 || isSomethingElse(number)) return false;
  if (digits.length >= 7 && /^(?:\+|00)|\(/.test(number)) return true;
  const before = text.slice(Math.max(0, start - LOOK_BACK), start).toLowerCase();
  const after = text.slice(end, end + 12).toLowerCase();
  const called = CALLED.test(before) || CALLED_AFTER.test(after);
  if (spaced) return called;
  // A short one may as well be the number of a house that a taxi is called to.
  if (called && (digits.length > 6 || CALLED_SHORT.test(before) || CALLED_AFTER.test(after))) return true;
  if (digits.length < 9 || COUNTED.test(before) || /^\d{1,3}(?: \d{3})+$/.test(number)) return false; // thousands
  // Ungrouped digits say too little by themselves; groups as people write phone numbers say enough.
  const groups = number.split(/[ .-]/).filter((each) => each !== '');
  return groups.length >= 3 || (groups.length === 2 && digits.length >= 10);
}

const isSomethingElse = (number: string): boolean =>
  /^\d{1,2}([./-])\d{1,2}\1(?:\d{2}|(?:19|20)\d{2}\b.*)$/.test(number) || // a date, day or month first
  /^\d{4}[./-]\d{1,2}[./-]\d{1,2}(?:\b.*)?$/.test(number) || // year first
  /^\d+\.\d+$/.test(number) ||
  /^\d{1,3}(?:\.\d{1,3}){3}$/.test(number) || // four octets, or a version
  /^\d{3}-\d{2}-\d{4}$/.test(number) || // a social security number that nobody has
  /^97[89](?=(?:[ -]?\d){10}$)/.test(number); // a book
