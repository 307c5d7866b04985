import { detect } from './detect.ts';
import { ALL_TYPES, type PiiType } from './types.ts';

/** What people who do this work reported: each line stands for a kind. */
const found = (text: string, types?: readonly PiiType[]): string[] =>
  detect(text, types).map(({ type, start, end }) => `${type}:${text.slice(start, end)}`);

describe('numbers that were taken for telephone numbers', () => {
  it.each([
    ['numbers to sort', 'Sort these numbers: 45 12 78 33 90'],
    ['thousands', '1000 2000 3000'],
    ['a subtraction', 'so it is 30000-11520=18480'],
    ['a subtraction without an end', 'population 530728-164280'],
    ['a time and a date', '10:15:00 2024-01-15 INFO started'],
    ['a time stamp in the name of a file', 'backup 20240115-103000.tar'],
    ['amounts', 'Totals: 1,000.00 12,500.00'],
    ['a build', 'build number 2024 1130 0917 is out'],
    ['a row of a matrix', '[[38 77 90 24 59]'],
    ['growth', 'Revenue grew by +100 000 000 last year'],
    ['growth that begins like a country', 'Revenue grew by +806 874 816 last year'],
    ['a string in code', "return the string '70516085'"],
    ['a word that ends like one of calling', 'the hotel 12345678'],
    ['a word that has one of calling in it', 'during 12345678 requests'],
    ['another', 'offering 1234567 units'],
    ['years', 'from 1914-1918 to 1939-1945'],
    ['an order', 'call about order number 4155550132'],
    ['a count of calls', 'they call 12500000 times'],
    ['pages', 'see pages 1203-1410 and 2001-2044'],
    ['a coordinate', 'at 48.8583701, -122.4194155'],
    ['a part number', 'The part number is 123-4567-890'],
  ])('%s: %j', (_what, text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('numbers that were taken for payment cards', () => {
  it.each([
    ['a float', 'translate(0%, -0.5309136012499991%)'],
    ['a float with an exponent', 'rate 2.4670000000000001E-2'],
    ['groups as no card has them', 'numbers 4111 11 1111 1111 11'],
    ['an order', 'order 4111111111111111'],
    ['a hash', 'commit 4111111111111111a'],
  ])('%s: %j', (_what, text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('what was taken for addresses of mail and net', () => {
  it.each([
    ['an image in two sizes', '<img src="logo-v2@2x.png">'],
    ['a repository', 'git clone git@github.com:org/repo.git'],
    ['a section', 'see section 12.13.19.12'],
    ['a version', 'v1.2.3.4 and version 10.22.103.4'],
    ['a ratio', '1:2:3:4:5:6:7:8'],
    ['the machine itself', 'listening on 127.0.0.1 and 0.0.0.0, mask 255.255.255.0'],
  ])('%s: %j', (_what, text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('what was missed', () => {
  it.each([
    ['Facsimile No.: 416.941.8852', 'PHONE:416.941.8852'],
    ['手机号 13812345678', 'PHONE:13812345678'],
    ['我的手机号是13812345678', 'PHONE:13812345678'],
    ['llámame al 612345678', 'PHONE:612345678'],
    ['هاتف ٠١٠١٢٣٤٥٦٧٨', 'PHONE:٠١٠١٢٣٤٥٦٧٨'],
    ['Rappelez-moi au 0612345678', 'PHONE:0612345678'],
    ['Ph: 9876543210', 'PHONE:9876543210'],
    ['Tel +33 1 23 45 67 89', 'PHONE:+33 1 23 45 67 89'],
    ['ruf mich an unter 0351/1234567', 'PHONE:0351/1234567'],
    ['позвоните мне по номеру 89161234567', 'PHONE:89161234567'],
    ['電話番号は 0312345678', 'PHONE:0312345678'],
    ['전화번호: 01012345678', 'PHONE:01012345678'],
    ['मेरा फ़ोन नंबर 9876543210 है', 'PHONE:9876543210'],
    ['ফোন: 01712345678', 'PHONE:01712345678'],
    ['số điện thoại 0912345678', 'PHONE:0912345678'],
    ['Telefonum 05321234567', 'PHONE:05321234567'],
    ['zadzwoń: 601234567', 'PHONE:601234567'],
    ['il mio cellulare è 3471234567', 'PHONE:3471234567'],
    ['καλέστε 6912345678', 'PHONE:6912345678'],
    ['मुझे 9876543210 पर कॉल करें', 'PHONE:9876543210'],
    ['Beni 05321234567 numarasından arayın', 'PHONE:05321234567'],
    ['WhatsApp 5511987654321', 'PHONE:5511987654321'],
    ['numărul meu este 0721234567', 'PHONE:0721234567'],
    ['card 4111_1111_1111_1111', 'CARD:4111_1111_1111_1111'],
    ['card 4111/1111/1111/1111', 'CARD:4111/1111/1111/1111'],
    ['JCB 3530111333300000', 'CARD:3530111333300000'],
    ['the card is 213112345678904', 'CARD:213112345678904'],
    ['john(at)example(dot)com', 'EMAIL:john(at)example(dot)com'],
    ['né le 3 février 1990', 'DATE_OF_BIRTH:3 février 1990'],
    ['geb. 03.02.1990', 'DATE_OF_BIRTH:03.02.1990'],
    ['родился 3 февраля 1990', 'DATE_OF_BIRTH:3 февраля 1990'],
    ['出生日期：1990年2月3日', 'DATE_OF_BIRTH:1990年2月3日'],
    ['1990年2月3日生まれ', 'DATE_OF_BIRTH:1990年2月3日'],
    ['생년월일 1990-02-03', 'DATE_OF_BIRTH:1990-02-03'],
    ['nacida el 3 de febrero de 1990', 'DATE_OF_BIRTH:3 de febrero de 1990'],
    ['doğum tarihi: 03.02.1990', 'DATE_OF_BIRTH:03.02.1990'],
    ['تاريخ الميلاد: 1990/02/03', 'DATE_OF_BIRTH:1990/02/03'],
    ['I was born on the 3rd of February 1990', 'DATE_OF_BIRTH:3rd of February 1990'],
    ['my password is hunter2', 'SECRET:hunter2'],
    ['password for the wifi is Sunny2024!', 'SECRET:Sunny2024!'],
    ['password: Tr0ub4dor&3', 'SECRET:Tr0ub4dor&3'],
    ['пароль: secret123', 'SECRET:secret123'],
    ['密码：abc12345', 'SECRET:abc12345'],
  ])('%j', (text, value) => {
    expect(found(text)).toEqual([value]);
  });
});

describe('a field’s name', () => {
  it.each([
    ['phone: 612345678', 'PHONE:612345678'],
    ['contact mobile_number: 61234567', 'PHONE:61234567'],
    ['phoneNumber: 61234567', 'PHONE:61234567'],
    ['{"phone": 612345678}', 'PHONE:612345678'],
    ['dob: 1990-02-03', 'DATE_OF_BIRTH:1990-02-03'],
    ['birthDate: 03/02/1990', 'DATE_OF_BIRTH:03/02/1990'],
    ['date_of_birth: 19900203', 'DATE_OF_BIRTH:19900203'],
    ['api_key: abc12345def', 'SECRET:abc12345def'],
    ['ssn: 536228726', 'SSN:536228726'],
    ['ip: 1.2.3.4', 'IP:1.2.3.4'],
  ])('is context for its value: %j', (text, value) => {
    expect(found(text)).toEqual([value]);
  });

  it.each([
    'order_id: 4155550132',
    'amount: 61234567',
    'text: 16777216',
    'microphone: 612345678',
    'dobson: 1990-02-03',
  ])('says nothing of the kind in %j', (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('evidence', () => {
  const certain = (text: string): boolean => detect(text).some((each) => each.certain);

  it.each([
    'Phone: 978-249-9678',
    '+44 20 7946 0958',
    'card 4111 1111 1111 1111',
    'jo@example.org',
    'DE89370400440532013000',
    'password: hunter2hunter2',
  ])('leaves no doubt about %j', (text) => {
    expect(certain(text)).toBe(true);
  });

  it.each([
    '978-249-9678',
    '4111111111111111',
    '536-22-8726',
    'my password is hunter2',
    'call me at 612345678',
  ])('is enough to replace something in %j, and not enough to stop a dataset', (text) => {
    expect(detect(text)).toHaveLength(1);
    expect(certain(text)).toBe(false);
  });
});

describe('persons', () => {
  it.each([
    ['My name is April Jones.', 'April Jones'],
    ['Will Smith will come.', 'Will Smith'],
    ['My name is May', 'May'],
    ['first_name: Will', 'Will'],
    ['我叫李明', '李明'],
    ['我叫李明今年20岁', '李明'],
    ['私の名前は田中太郎です', '田中太郎'],
    ['名前はスミスです', 'スミス'],
    ['제 이름은 김민수입니다', '김민수'],
    ['Меня зовут Иван Петров, помогите', 'Иван Петров'],
    ['Με λένε Γιώργος Παπαδόπουλος', 'Γιώργος Παπαδόπουλος'],
    ['اسمي محمد علي', 'محمد علي'],
    ['मेरा नाम राहुल शर्मा है', 'राहुल शर्मा'],
    ['ich heiße Xavier Unbekannt', 'Xavier Unbekannt'],
  ])('in %j', (text, name) => {
    expect(found(text, ALL_TYPES)).toEqual([`PERSON:${name}`]);
  });

  it.each([
    'an ACE inhibitor and the ELISA test',
    'Will you call? May I ask?',
    'In May we moved, in April not',
    'the Greek alphabet',
    '我叫他来',
    '私は学生です',
    '저는 학생입니다',
    'Dear Customer',
  ])('nobody in %j', (text) => {
    expect(found(text, ALL_TYPES)).toEqual([]);
  });
});
