import { seeded } from './seeded.ts';

/** Lines as they stand in training data, and nobody's number, address or secret in any of them. */
export interface NegativeLine {
  readonly kind: string;
  readonly text: string;
}

/** What lines are made of: each call draws the next value. */
interface Draw {
  /** From `least` to `most`. */
  readonly int: (least: number, most: number) => number;
  readonly digits: (count: number) => string;
  readonly hex: (count: number) => string;
  readonly pick: (list: readonly string[]) => string;
}

const THINGS = 'apples pages tickets visitors units requests books seats rows tokens steps bottles'.split(
  ' ',
);
const WHO = 'The farmer,A park,The bakery,One factory,Her class,The library,A train,The team'.split(',');
const NAMES =
  'total count offset width index size limit token secret key password phone number card address'.split(' ');
const PACKAGES = 'react lodash numpy torch jackson-core openssl libc6 kafkajs vite'.split(' ');
const LEVELS = 'INFO WARN DEBUG ERROR TRACE'.split(' ');

/** As people write `1234567`. */
const grouped = (value: number, separator: string): string =>
  String(value).replace(/\B(?=(?:\d{3})+$)/g, separator);
const two = (value: number): string => String(value).padStart(2, '0');
const date = ({ int }: Draw, separator: string): string =>
  [int(1999, 2026), two(int(1, 12)), two(int(1, 28))].join(separator);
const time = ({ int }: Draw): string => [int(0, 23), int(0, 59), int(0, 59)].map(two).join(':');

const SUMS: readonly ((draw: Draw) => string)[] = [
  ({ int, pick }) => {
    const [a, b] = [int(10_000, 900_000), int(1000, 9999)];
    return `${pick(WHO)} had ${a} ${pick(THINGS)} and sold ${b}, so ${a}-${b}=${a - b} are left.`;
  },
  ({ int, pick }) => {
    const [a, b] = [int(100, 99_999), int(2, 400)];
    return `${pick(WHO)} makes ${a} * ${b} = <<${a}*${b}=${a * b}>>${a * b} ${pick(THINGS)} in a year.`;
  },
  ({ int }) => {
    const [a, b, c] = [int(1e6, 9e8), int(1e5, 9e6), int(100, 999)];
    return `${a} + ${b} - ${c} = ${a + b - c}`;
  },
  ({ int, pick }) =>
    `The difference in ${pick(THINGS)} is ${int(30_000, 99_999)} - ${int(10_000, 29_999)} which we divide by ${int(2, 90)}.`,
  ({ int, pick }) => `#### ${int(10_000_000, 99_999_999)} ${pick(THINGS)}`,
  ({ int }) => `Sort these numbers: ${Array.from({ length: int(5, 9) }, () => int(10, 99)).join(' ')}`,
  ({ int }) => `[[${Array.from({ length: 5 }, () => int(10, 99)).join(' ')}]`,
  ({ int }) => `The sequence goes ${[1, 2, 3].map((each) => each * int(1, 9) * 1000).join(' ')} and so on.`,
  ({ int }) => `x = -${int(0, 9)}.${int(1e15, 9e15)}, y = ${int(1, 9)}.${int(1e14, 9e15)}E-${int(1, 9)}`,
  ({ int }) => `sqrt(${int(1e6, 9e6)}) is about ${int(1000, 2999)}.${int(1e5, 9e9)}`,
  ({ int }) => `In binary that is ${int(1e6, 9e6).toString(2)}, in octal ${int(1e6, 9e6).toString(8)}.`,
  ({ int }) =>
    `2^${int(24, 50)} is ${2 ** int(24, 50)}, and ${int(11, 20)}! has more digits than ${int(1e8, 9e9)}.`,
];

const PROSE: readonly ((draw: Draw) => string)[] = [
  ({ int, pick }) =>
    `The population grew from ${grouped(int(1e5, 9e6), ',')} to ${grouped(int(1e6, 9e7), ',')}. ${pick(WHO)} did not.`,
  ({ int }) =>
    `Revenue rose by +${grouped(int(1e6, 9e8), ' ')} last year, costs by ${grouped(int(1e6, 9e8), '.')},${int(10, 99)} €.`,
  ({ int, pick }) => `during ${int(1_000_000, 99_999_999)} ${pick(THINGS)} nothing failed`,
  ({ int, pick }) =>
    `offering ${int(1_000_000, 9_999_999)} ${pick(THINGS)} at $${int(10, 99)}.${int(10, 99)} each`,
  ({ digits }) => `return the string '${digits(8)}' in reverse`,
  ({ digits, pick }) => `the hotel ${digits(8)} has ${pick(THINGS)} enough`,
  ({ digits, pick }) => `Order ${digits(9)} and invoice no. ${digits(10)} name ${pick(THINGS)} only.`,
  ({ digits, int }) =>
    `My order number is ${digits(3)}-${digits(7)}-${digits(7)}, placed on ${int(1, 12)}/${int(1, 28)}/2024.`,
  ({ digits }) => `tracking number 1Z${digits(10)}, parcel ${digits(12)}`,
  ({ digits }) => `Your case ${digits(8)} was merged with ticket #${digits(10)}.`,
  (draw) =>
    `The report of ${date(draw, '-')} covers ${date(draw, '/')} to ${date(draw, '.')}, pp. ${draw.int(100, 499)}-${draw.int(500, 999)}.`,
  ({ int }) =>
    `see pages ${int(1000, 1999)}-${int(2000, 2999)}, vol. ${int(10, 99)}, no. ${int(1, 12)}, ${int(1900, 2024)}`,
  ({ int }) =>
    `see section ${[1, 2, 3, 4].map(() => int(1, 30)).join('.')} of the standard, table ${int(1, 9)}.${int(1, 9)}`,
  ({ int, digits }) =>
    `It lies at ${int(10, 80)}.${digits(6)}, -${int(10, 120)}.${digits(7)} (WGS84), ${int(100, 4000)} m high.`,
  ({ int, digits }) =>
    `ISBN 978-${int(0, 9)}-${digits(2)}-${digits(6)}-${int(0, 9)}, ISSN ${digits(4)}-${digits(4)}, doi:10.${digits(4)}/${digits(7)}`,
  ({ int }) => `from ${int(1000, 1900)} to ${int(1901, 2024)}, that is 20${int(10, 24)}-20${int(25, 40)}`,
  ({ int }) =>
    `The match was 6-4 6-${int(0, 4)} 7-5, it took ${int(1, 5)}:${int(10, 59)}:${int(10, 59)}, seats ${int(100, 999)}-${int(100, 999)}.`,
  ({ int }) =>
    `Ratio 1:${int(100, 999)}:${int(1000, 9999)}, price ${int(100, 999)} ${int(100, 999)} Ft, ${int(1, 99)} ${int(100, 999)} ${int(100, 999)} people`,
  ({ digits, int }) =>
    `patent US ${int(4, 9)},${digits(3)},${digits(3)}, grant ${digits(7)}, EAN ${digits(13)}`,
  ({ int }) =>
    `Bus ${int(100, 999)} leaves at ${int(10, 23)}.${int(10, 59)}, ${int(10, 23)}.${int(10, 59)} and ${int(10, 23)}.${int(10, 59)} from gate ${int(1, 40)}.`,
];

const CODE: readonly ((draw: Draw) => string)[] = [
  ({ pick, int }) => `const ${pick(NAMES)} = ${pick(NAMES)}s[${int(0, 9999)}] ?? ${int(1e6, 9e9)};`,
  ({ pick }) => `token = self.${pick(NAMES)}.next_token(${pick(NAMES)})`,
  ({ pick, int }) => `secret = base64.b64encode(raw_${pick(NAMES)})[:${int(10, 99)}]`,
  ({ pick }) => `password: process.env.${pick(NAMES).toUpperCase()}_PASSWORD_V2,`,
  ({ pick, int }) => `if token == "${pick(NAMES)}_${int(1, 9)}": return parse(token, base=${int(2, 36)})`,
  ({ pick }) => `password = hash_sha256(${pick(NAMES)}, salt1)`,
  ({ pick, int }) => `api_key: \${{ secrets.${pick(NAMES).toUpperCase()}_KEY_${int(1, 9)} }}`,
  ({ hex }) => `tokenizationId: '${hex(32)}', etag: "${hex(40)}"`,
  ({ int }) => `max_tokens=${int(1000, 99_999)}, seed=${int(1e7, 2e9)}, port=${int(1024, 65_535)}`,
  ({ int }) =>
    `<img src="logo-v${int(1, 9)}@${int(2, 3)}x.png" width="${int(100, 1000)}" srcset="icon@2x.webp 2x">`,
  ({ pick, int }) => `git clone git@github.com:org${int(1, 99)}/${pick(PACKAGES)}.git`,
  ({ pick, int }) =>
    `"@types/${pick(PACKAGES)}": "^${int(1, 20)}.${int(0, 20)}.${int(0, 30)}", "x@npm:${int(1, 9)}.${int(1, 9)}.${int(1, 9)}": 1`,
  ({ int, digits }) =>
    `transform: translate(${int(0, 9)}%, -0.${digits(16)}%) rotate(${int(0, 360)}.${digits(3)}deg);`,
  ({ int }) =>
    `M${int(10, 99)}.${int(10, 99)} ${int(10, 99)}.${int(10, 99)}c${int(1, 9)}.${int(10, 99)}-${int(1, 9)}.${int(10, 99)} ${int(10, 99)} ${int(10, 99)} 0 0 1`,
  ({ hex }) => `commit ${hex(40)} (tag: v${hex(1)}.0), blob ${hex(8)}..${hex(8)} 100644`,
  ({ int }) =>
    `for (let i = ${int(1e6, 9e6)}; i < ${int(1e7, 9e7)}; i += ${int(1, 9)}) sum += a[i] * ${int(1e5, 9e6)};`,
  ({ int }) => `std::chrono::seconds(${int(1e6, 9e6)}); a::b::c${int(1, 9)}(); 1:2:3:4:5:6:7:${int(1, 9)}`,
  ({ digits }) => `assert fib(${digits(2)}) == ${digits(9)} and 0x${digits(8)} != 1_000_000_0${digits(2)}`,
  ({ pick, int }) =>
    `def call_${pick(NAMES)}(phone: str, token: Token = None, card: int = ${int(0, 9)}) -> None:`,
  ({ pick }) =>
    `@pytest.mark.parametrize("${pick(NAMES)}", [None]) # see user@host in the docs of ${pick(PACKAGES)}`,
];

const LOGS: readonly ((draw: Draw) => string)[] = [
  (draw) => `${time(draw)} ${date(draw, '-')} ${draw.pick(LEVELS)} started in ${draw.int(100, 99_999)} ms`,
  (draw) =>
    `backup ${date(draw, '')}-${two(draw.int(0, 23))}${two(draw.int(0, 59))}00.tar (${draw.int(1e7, 9e9)} bytes)`,
  (draw) =>
    `${date(draw, '-')}T${time(draw)}.${draw.digits(3)}Z [${draw.int(1, 9)}] ${draw.pick(LEVELS)} request ${draw.digits(10)} took ${draw.int(1, 999)}.${draw.digits(6)}s`,
  (draw) =>
    `[${date(draw, '/')} ${time(draw)}] pid=${draw.digits(5)} tid=${draw.digits(15)} ts=17${draw.digits(11)}`,
  ({ digits, hex }) => `trace=${hex(32)} span=${hex(16)} offset=${digits(8)} lag=${digits(7)}`,
  ({ int, digits }) =>
    `kernel: [${digits(6)}.${digits(6)}] mem 0x${digits(16)}-0x${digits(16)} usable ${int(1, 999)}MB`,
  (draw) =>
    `build number ${draw.int(2020, 2026)} ${two(draw.int(1, 12))}${two(draw.int(1, 28))} 0${draw.digits(3)} is out`,
  ({ int }) =>
    `listening on 127.0.0.1:${int(1024, 65_535)} and 0.0.0.0:${int(1024, 9999)}, mask 255.255.255.0`,
  ({ int, pick }) =>
    `GET /v1/${pick(THINGS)}/${int(1e7, 9e9)}?page=${int(1, 999)}&limit=${int(10, 99)} ${int(200, 504)} ${int(100, 99_999)}`,
  ({ hex }) => `id=${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)} done`,
  ({ int, digits }) =>
    `loss: 0.${digits(16)} - val_loss: 0.${digits(16)} - ${int(1, 99)}s/step - lr: ${int(1, 9)}.${digits(4)}e-0${int(3, 7)}`,
  ({ int, digits }) =>
    `-rw-r--r-- 1 root root ${digits(10)} Nov ${int(10, 28)} 10:${int(10, 59)} data-${digits(8)}.bin`,
  ({ pick }) => `Invalid token: expected ${pick(NAMES)}, password is required, api key missing`,
];

const TABLES: readonly ((draw: Draw) => string)[] = [
  ({ int, digits }) =>
    `Totals: ${int(1, 9)},${digits(3)}.00 ${int(10, 99)},${digits(3)}.00 ${int(100, 999)}.${digits(2)}`,
  ({ int, pick }) =>
    `| ${pick(THINGS)} | ${int(1e6, 9e6)} | ${int(1e6, 9e8)} | ${int(1, 99)}.${int(10, 99)} % |`,
  ({ digits, pick }) => [pick(THINGS), digits(4), digits(6), digits(8), digits(3), digits(5)].join('\t'),
  ({ int }) => Array.from({ length: 8 }, () => int(1, 9999)).join(','),
  ({ int }) => Array.from({ length: 6 }, () => String(int(0, 999)).padStart(3)).join(' '),
  ({ digits }) =>
    `${digits(3)}-${digits(4)}-${digits(3)}; part no. ${digits(3)}-${digits(2)}-${digits(3)}, SKU ${digits(12)}`,
  ({ int, digits }) =>
    `${int(2000, 2024)} ${digits(3)} ${digits(3)} ${int(2000, 2024)} ${digits(3)} ${digits(2)}`,
  (draw) => `${date(draw, '-')};${time(draw)};${draw.int(1, 99)},${draw.digits(2)};${draw.int(1000, 99_999)}`,
  ({ int, digits }) =>
    `{"id": ${digits(9)}, "amount": ${int(1, 9999)}.${digits(2)}, "count": ${digits(7)}, "text": "${digits(8)}"}`,
  ({ digits }) =>
    `ATOM ${digits(4)} CA ALA ${digits(3)} ${digits(2)}.${digits(3)} -${digits(1)}.${digits(3)} ${digits(2)}.${digits(3)} 1.00 ${digits(2)}.${digits(2)}`,
];

const VERSIONS: readonly ((draw: Draw) => string)[] = [
  ({ int, pick }) =>
    `${pick(PACKAGES)} ${int(0, 30)}.${int(0, 30)}.${int(0, 30)}.${int(0, 30)} replaces v${int(1, 9)}.${int(1, 9)}.${int(1, 9)}.${int(1, 9)}`,
  ({ int, digits }) =>
    `Mozilla/5.0 Chrome/${int(90, 130)}.0.${digits(4)}.${int(10, 200)} Safari/537.${int(10, 99)}`,
  ({ int, pick }) =>
    `Version ${int(1, 20)}.${int(0, 9)}.${int(0, 20)} of ${pick(PACKAGES)} broke what build ${int(1e4, 9e5)} fixed.`,
  ({ int }) =>
    `firmware ${int(1, 9)}.${int(0, 99)}.${int(0, 99)}.${int(0, 99)}, driver version: ${int(20, 40)}.${int(0, 99)}.${int(100, 255)}.${int(10, 99)}`,
  ({ int, digits, pick }) =>
    `${pick(PACKAGES)}==${int(0, 9)}.${int(0, 99)}.${int(0, 99)}.dev${digits(8)}+cu${digits(3)}`,
  ({ int, digits }) =>
    `OID 1.3.6.1.4.1.${digits(5)}.${int(1, 9)}.${int(1, 99)}, RFC ${int(1000, 9999)}, CVE-20${int(10, 24)}-${digits(5)}`,
  ({ digits, pick }) =>
    `${pick(PACKAGES)}_1.${digits(2)}.${digits(1)}-20${digits(2)}01${digits(2)}1${digits(3)}.deb, image :20240${digits(3)}.${digits(2)}`,
];

const KINDS: readonly (readonly [kind: string, lines: readonly ((draw: Draw) => string)[]])[] = [
  ['sums', SUMS],
  ['prose', PROSE],
  ['code', CODE],
  ['logs', LOGS],
  ['tables', TABLES],
  ['versions', VERSIONS],
];

/** As many lines, of each kind and shape in its turn, the same for a seed. */
export function negativeLines(seed: number, count: number): NegativeLine[] {
  const random = seeded(seed);
  const int = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  const letters = (of: string) => (length: number) =>
    Array.from({ length }, () => of.charAt(int(0, of.length - 1))).join('');
  const draw: Draw = {
    int,
    digits: letters('0123456789'),
    hex: letters('0123456789abcdef'),
    pick: (list) => list[int(0, list.length - 1)] ?? '',
  };
  return Array.from({ length: count }, (_each, at) => {
    const [kind, lines] = KINDS[at % KINDS.length] ?? ['', []];
    const line = lines[Math.floor(at / KINDS.length) % lines.length];
    return { kind, text: line?.(draw) ?? '' };
  });
}
