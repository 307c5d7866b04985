import { detect, redact } from './detect.ts';
import type { PiiType } from './types.ts';

const found = (text: string): string[] =>
  detect(text).map(({ type, start, end }) => `${type}:${text.slice(start, end)}`);

const POSITIVES: readonly (readonly [PiiType, string, string])[] = [
  ['EMAIL', 'Write to jo.smith+bank@mail.example.co.uk, please', 'jo.smith+bank@mail.example.co.uk'],
  ['EMAIL', 'mail <a@b.io>', 'a@b.io'],
  ['EMAIL', "It's o'brien@example.ie.", "o'brien@example.ie"],
  ['PHONE', 'Call me on +44 20 7946 0958 today', '+44 20 7946 0958'],
  ['PHONE', 'or (415) 555-0132.', '(415) 555-0132'],
  ['PHONE', 'or 415-555-0132 x42.', '415-555-0132 x42'],
  ['PHONE', 'or 415.555.0132', '415.555.0132'],
  ['PHONE', 'my phone is 4155550132', '4155550132'],
  ['PHONE', 'dial 0049 30 901820', '0049 30 901820'],
  ['PHONE', '+4930901820', '+4930901820'],
  ['PHONE', 'nobody is answering at 9747 6578', '9747 6578'],
  ['PHONE', 'Chile 89825\n9761 9808 office', '9761 9808'],
  ['PHONE', 'It is done.925-686-6868 is the number', '925-686-6868'],
  ['PHONE', 'Phone: 978-249-9678', '978-249-9678'],
  ['PHONE', 'You can call 73 448 266', '73 448 266'],
  ['CARD', 'card 4111 1111 1111 1111 was stolen', '4111 1111 1111 1111'],
  ['CARD', 'card 5555-5555-5555-4444', '5555-5555-5555-4444'],
  ['CARD', 'card 4111 1111 1111 1111 12/26 and 123', '4111 1111 1111 1111'],
  ['CARD', '2 cards: 12 4111 1111 1111 1111', '4111 1111 1111 1111'],
  ['CARD', '4111.1111.1111.1111', '4111.1111.1111.1111'],
  ['CARD', '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'],
  ['CARD', 'Visa4111111111111111', '4111111111111111'],
  ['IBAN', 'from DE89370400440532013000 12 times', 'DE89370400440532013000'],
  ['SSN', 'my social security number is 536228726', '536228726'],
  ['EMAIL', 'jörg.müller@exämple.de', 'jörg.müller@exämple.de'],
  ['SECRET', 'cut: -----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n', '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n'],
  ['URL_CREDENTIALS', 'https://ab12cd34ef56gh78ij@git.example/x', 'https://ab12cd34ef56gh78ij@git.example/x'],
  ['CARD', 'Amex 378282246310005', '378282246310005'],
  ['CARD', 'Amex 3782 822463 10005!', '3782 822463 10005'],
  ['IBAN', 'to DE89 3704 0044 0532 0130 00 now', 'DE89 3704 0044 0532 0130 00'],
  ['IBAN', 'to gb29nwbk60161331926819', 'gb29nwbk60161331926819'],
  ['IBAN', 'NO93 8601 1117 947', 'NO93 8601 1117 947'],
  ['IBAN', 'MT84MALT011000012345MTLCAST001S', 'MT84MALT011000012345MTLCAST001S'],
  ['SSN', 'SSN 536-22-8726', '536-22-8726'],
  ['IP', 'from 203.0.113.77 at night', '203.0.113.77'],
  ['IP', 'from 203.0.113.77.', '203.0.113.77'],
  ['IP', 'host 2001:db8:85a3::8a2e:370:7334 down', '2001:db8:85a3::8a2e:370:7334'],
  ['IP', 'host d80:e4b5:79da:6cf6:71f3:51f7:9161:c319', 'd80:e4b5:79da:6cf6:71f3:51f7:9161:c319'],
  ['IP', 'fe80::1ff:fe23:4567:890a', 'fe80::1ff:fe23:4567:890a'],
  ['URL_CREDENTIALS', 'see https://jo:pa55@host.example/x?y=1 there', 'https://jo:pa55@host.example/x?y=1'],
  ['URL_CREDENTIALS', 'postgres://app:s3cret@10.0.0.5:5432/db', 'postgres://app:s3cret@10.0.0.5:5432/db'],
  ['SECRET', 'AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
  ['SECRET', `ghp_${'a1B2'.repeat(9)}`, `ghp_${'a1B2'.repeat(9)}`],
  ['SECRET', 'xoxb-123456789012-abcdefABCDEF', 'xoxb-123456789012-abcdefABCDEF'],
  ['SECRET', 'key sk-proj-Ab12Cd34Ef56Gh78Ij90', 'sk-proj-Ab12Cd34Ef56Gh78Ij90'],
  [
    'SECRET',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl',
  ],
  [
    'SECRET',
    'x -----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY----- y',
    '-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----',
  ],
  ['SECRET', 'password: hunter2hunter2', 'hunter2hunter2'],
  [
    'SECRET',
    'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  ],
  ['PHONE', 'call me on 4 1 5 5 5 5 0 1 3 2', '4 1 5 5 5 5 0 1 3 2'],
  ['DATE_OF_BIRTH', 'I was born on 4 July 1976, in May', '4 July 1976'],
  ['DATE_OF_BIRTH', 'DOB: 12/30/1951', '12/30/1951'],
  ['DATE_OF_BIRTH', 'Geburtsdatum: 17.01.1990', '17.01.1990'],
  ['SECRET', '{"api_key": "9f8e7d6c5b4a39281706f5e4"}', '9f8e7d6c5b4a39281706f5e4'],
];

const NEGATIVES: readonly string[] = [
  // A group of it has an account's checksum.
  'job 5c1b7a90-12ab-ad90-4eb0-ab17-dd078285b195',
  'request a1b2c3d4-ad90-4eb0-ab17-dd078285b195 was answered',
  'Where is my card? It has been 2 weeks.',
  'order 1234567890 and order number 415-555-0132-99',
  'invoice #20240117001 of 2024-01-17',
  'on 17.01.2024, 01/17/2024, 2024-01-17T10:15:30Z and 17-01-2024 10:15',
  'at 10:15:30 or 23:59',
  'version 1.2.3.4, v10.15.7 and 2.0.0-rc.1',
  'costs $1,234,567.89 or 1 234 567,89 € or 1234567.89',
  'from 100 000 to 250 000 people',
  'the card 4111 1111 1111 1112 fails the checksum',
  'a number 1234567812345678 fails it too',
  'DE89 3704 0044 0532 0130 01 is no account',
  'SSN 000-12-3456, 666-12-3456, 900-12-3456, 123-00-4567, 123-45-0000',
  '300.1.2.3 and 256.256.256.256 are no addresses',
  'commit 3f2a9c1d0b7e 4a5b6c7d8e9f and md5 d41d8cd98f00b204e9800998ecf8427e',
  '018f0000-0000-7000-8000-000000000012',
  'https://example.org/path?x=1 and http://example.org:8080/',
  'mention @alice and look@home or a@b',
  'std::vector<int>::iterator and a::b::c',
  'the token was refused and the password is wrong',
  'secret: unknown',
  'ask-a-question-about-something-long',
  'card_payment_fee_charged',
  'ISBN 978-3-16-148410-0',
  'pi is 3.14159265358979',
  '1000000000000000000000000000000',
  '[EMAIL_1] [PHONE_2] [CARD_1]',
  'My name is [PERSON_312], born on [DATE_OF_BIRTH_417], password: [SECRET_553]',
  'a taxi to 03 2657 Koontz Lane',
  'look at the dot on the map',
  'we save 50%20 of the time & more; 100% sure',
  'SGVsbG8gd29ybGQsIGhvdyBhcmUgeW91IHRvZGF5Pw==',
  'edit_personal_details and card_arrival',
  'Привет, как дела?',
  'The meeting was on 12/30/2024',
];

describe('detect', () => {
  it.each(POSITIVES)('finds %s in %j', (type, text, value) => {
    expect(found(text)).toEqual([`${type}:${value}`]);
  });

  it.each(NEGATIVES)('finds nothing in %j', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('finds several, in order, without overlaps', () => {
    const text = 'jo@example.org, +44 20 7946 0958, 4111 1111 1111 1111 from 203.0.113.77';
    expect(found(text).map((each) => each.split(':')[0])).toEqual(['EMAIL', 'PHONE', 'CARD', 'IP']);
  });

  it.each([
    ['full-width digits', '４１１１ １１１１ １１１１ １１１１', 'CARD'],
    ['full-width at sign and letters', 'ｊｏ＠ｅｘａｍｐｌｅ．ｏｒｇ', 'EMAIL'],
    ['zero-width joiners between digits', '4\u200d1\u200b1\u20601 1111 1111 1111', 'CARD'],
    ['a soft hyphen', 'jo@exam\u00adple.org', 'EMAIL'],
    ['no-break spaces', '4111\u00a01111\u00a01111\u00a01111', 'CARD'],
    ['narrow no-break spaces', '+44\u202f20\u202f7946\u202f0958', 'PHONE'],
    ['non-breaking hyphens', '536\u201122\u20118726', 'SSN'],
    ['Arabic-Indic digits', '٤١١١ ١١١١ ١١١١ ١١١١', 'CARD'],
    ['extended Arabic-Indic digits', '۴۱۱۱ ۱۱۱۱ ۱۱۱۱ ۱۱۱۱', 'CARD'],
    ['Bengali digits', '৪১১১ ১১১১ ১১১১ ১১১১', 'CARD'],
    ['mathematical digits, outside the basic plane', '𝟒𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏', 'CARD'],
    ['variation selectors', '4\ufe0f1\ufe0f11 1111 1111 1111', 'CARD'],
    ['bidirectional controls', '\u202a4111\u202c 1111 1111 1111', 'CARD'],
    ['full-width brackets and plus', '＋４４ ２０ ７９４６ ０９５８', 'PHONE'],
    ['Cyrillic look-alikes', 'jоhn@ехаmрlе.оrg', 'EMAIL'],
    ['Greek look-alikes', 'jοhn@exαmple.οrg', 'EMAIL'],
    ['percent-encoding', 'jo%40example.org', 'EMAIL'],
    ['decimal entities', 'jo&#64;example&#46;org', 'EMAIL'],
    ['hexadecimal entities', 'jo&#x40;example.org', 'EMAIL'],
    ['named entities', 'jo&commat;example&period;org', 'EMAIL'],
    ['escapes of JSON', 'jo\\u0040example.org', 'EMAIL'],
    ['base64', Buffer.from('Write to jo@example.org').toString('base64'), 'EMAIL'],
    ['base64 for URLs', Buffer.from('card 4111 1111 1111 1111 ???>>>').toString('base64url'), 'CARD'],
    [
      'base64 twice',
      Buffer.from(Buffer.from('Write to jo@example.org').toString('base64')).toString('base64'),
      'EMAIL',
    ],
    ['words for signs', 'jo at example dot org', 'EMAIL'],
    ['signs in brackets', 'jo [at] example (dot) org', 'EMAIL'],
  ])('sees through %s', (_how, value, type) => {
    const text = `😀 before ${value} after`;
    const findings = detect(text);
    expect(findings.map((finding) => finding.type)).toEqual([type]);
    const rest = redact(text, findings, () => '[X]');
    expect(rest.replace(/[\p{Cf}\ufe0f]/gu, '')).toBe('😀 before [X] after');
  });

  it.each([
    ['My name is Maren Lindqvist.', ['Maren Lindqvist']],
    ['this is mr. jonas weber speaking', ['jonas weber']],
    ['Dear Xqwerty, thanks', ['Xqwerty']],
    ['I met Ludwig van Houten and Anna', ['Ludwig van Houten', 'Anna']],
    ['Maren Lindqvist’s card', ['Maren Lindqvist']],
    ['Send it to 12 Maren Lindqvist Street', []],
    ['Hoffmann Ltd. has an account', []],
    ['I want to edit my details in April', []],
    ['change intent to edit_personal_details', []],
    ['My name is [PERSON_123], thanks', []],
    ['Is Apple Pay supported in San Francisco?', []],
  ])('names the persons of %j', (text, names) => {
    expect(detect(text, ['PERSON']).map(({ start, end }) => text.slice(start, end))).toEqual(names);
  });

  it('gives offsets of the text as it was given', () => {
    const value = '4\u200b111 1111 1111 1111';
    const text = `e\u0301 \u00ad😀 ${value}.`;
    const [finding] = detect(text);
    expect(text.slice(finding?.start, finding?.end)).toBe(value);
  });

  it('finds nothing in what it has redacted', () => {
    const text = POSITIVES.map(([, each]) => each).join('\n');
    const clean = redact(text, detect(text), ({ type }) => `[${type}_1]`);
    expect(found(clean)).toEqual([]);
  });

  it('takes any text, broken surrogates and all', () => {
    for (const text of ['', '\ud800', 'a\udc00@b', '\0'.repeat(10), '4111\ud800 1111 1111 1111'])
      expect(() => redact(text, detect(text), () => 'x')).not.toThrow();
  });
});

describe('redact', () => {
  it('replaces what was found and nothing else, knowing the value', () => {
    const text = 'A jo@example.org B 203.0.113.77 C';
    expect(redact(text, detect(text), ({ type }, value) => `<${type} ${value.length}>`)).toBe(
      'A <EMAIL 14> B <IP 12> C',
    );
  });
});
