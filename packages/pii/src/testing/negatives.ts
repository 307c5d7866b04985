import { seeded } from './seeded.ts';

/** A line as people and programs write them that has nobody's data in it, and what kind of line it is. */
export interface Negative {
  readonly kind: string;
  readonly text: string;
}

interface Dice {
  /** A whole number from `least` to `most`. */
  int(least: number, most: number): number;
  pick(list: readonly string[]): string;
  digits(count: number): string;
  hex(count: number): string;
  /** With a decimal point and so many digits behind it. */
  decimal(most: number, places: number): string;
}

function createDice(seed: number): Dice {
  const random = seeded(seed);
  const int = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  const chars = (count: number, of: string): string =>
    Array.from({ length: count }, () => of.charAt(int(0, of.length - 1))).join('');
  return {
    int,
    pick: (list) => list[int(0, list.length - 1)] ?? '',
    digits: (count) => `${int(1, 9)}${chars(count - 1, '0123456789')}`,
    hex: (count) => chars(count, '0123456789abcdef'),
    decimal: (most, places) => (random() * most).toFixed(places),
  };
}

const THINGS = [
  'apples',
  'books',
  'marbles',
  'tickets',
  'bottles',
  'stamps',
  'visitors',
  'bricks',
  'shares',
  'steps',
];
const WHO = [
  'The farmer',
  'A baker',
  'The library',
  'A factory',
  'The school',
  'A theater',
  'The museum',
  'A shop',
];
const NAMES = [
  'total',
  'count',
  'offset',
  'width',
  'rate',
  'index',
  'token',
  'secret',
  'password',
  'phone',
  'key',
];
const MODULES = ['parser', 'router', 'cache', 'billing', 'scheduler', 'indexer', 'gateway', 'worker'];
const PACKAGES = ['lodash', 'react', 'numpy', 'express', 'left-pad', 'openssl', 'webpack', 'pandas'];
const LEVELS = ['INFO', 'WARN', 'DEBUG', 'ERROR', 'TRACE'];
const CURRENCY = ['$', '€', '£', 'USD ', 'CHF '];

const two = (number: number): string => String(number).padStart(2, '0');
const grouped = (number: number, by: string): string => String(number).replace(/\B(?=(?:\d{3})+$)/g, by);
const date = ({ int }: Dice): string => `${int(1990, 2026)}-${two(int(1, 12))}-${two(int(1, 28))}`;
const time = ({ int }: Dice): string => `${two(int(0, 23))}:${two(int(0, 59))}:${two(int(0, 59))}`;
const uuid = ({ hex }: Dice): string => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;

type Write = (dice: Dice) => string;

/** Sums, as in school books and in the answers of models. */
const SUMS: readonly Write[] = [
  (d) => {
    const [a, b] = [d.int(10_000, 999_999), d.int(1000, 9999)];
    return `The difference is ${a}-${b}=${a - b}.`;
  },
  (d) => {
    const [a, b] = [d.int(10, 9999), d.int(10, 9999)];
    return `${d.pick(WHO)} has ${a} + ${b} = <<${a}+${b}=${a + b}>>${a + b} ${d.pick(THINGS)}.`;
  },
  (d) => {
    const [a, b] = [d.int(1000, 99_999), d.int(1000, 99_999)];
    return `So ${a} * ${b} = ${a * b}, and half of it is ${(a * b) / 2}.`;
  },
  (d) =>
    `${d.pick(WHO)} sold ${grouped(d.int(1e6, 9e8), ' ')} ${d.pick(THINGS)} and bought ${grouped(d.int(1e4, 9e8), ',')}.`,
  (d) =>
    `What is ${d.int(1e6, 9e7)} / ${d.int(2, 999)} to ${d.int(2, 6)} places? It is ${d.decimal(1e6, 6)}.`,
  (d) => `The answer is ${d.digits(d.int(5, 12))}.\n#### ${d.digits(d.int(5, 12))}`,
  (d) => `Sort these numbers: ${Array.from({ length: d.int(4, 9) }, () => d.int(10, 9999)).join(' ')}`,
  (d) => `[${Array.from({ length: d.int(4, 9) }, () => d.int(10, 99_999)).join(', ')}]`,
  (d) => `Find x in ${d.int(2, 99)}x + ${d.digits(4)} = ${d.digits(7)} and x^2 - ${d.digits(6)} = 0`,
  (d) => `2^${d.int(20, 50)} is ${2 ** d.int(20, 50)}, and ${d.int(10, 20)}! is ${d.digits(d.int(7, 18))}.`,
];

/** Prices, measures, years and whatever else is counted in prose. */
const PROSE: readonly Write[] = [
  (d) =>
    `Revenue grew by +${grouped(d.int(1e6, 9e8), ' ')} in ${d.int(1990, 2026)} to ${d.pick(CURRENCY)}${grouped(d.int(1e6, 9e9), ',')}.00.`,
  (d) =>
    `It costs ${d.pick(CURRENCY)}${d.decimal(90_000, 2)} for ${d.int(2, 900)} ${d.pick(THINGS)}, VAT ${d.int(1, 25)}%.`,
  (d) =>
    `From ${d.int(1700, 1990)} to ${d.int(1990, 2026)} the population rose from ${d.digits(6)} to ${d.digits(7)}.`,
  (d) =>
    `See section ${d.int(1, 30)}.${d.int(1, 30)}.${d.int(1, 30)}.${d.int(1, 30)}, pages ${d.int(100, 400)}-${d.int(401, 999)}.`,
  (d) =>
    `The seasons ${d.int(1990, 2010)}-${d.int(2011, 2026)} and 1998-1999 had ${d.digits(5)} and ${d.digits(6)} spectators.`,
  (d) =>
    `Order ${d.digits(10)} and invoice no. ${d.digits(4)}-${d.digits(4)}-${d.digits(3)} are on their way, tracking ${d.digits(12)}.`,
  (d) =>
    `The ticket number is ${d.digits(d.int(6, 13))}, reference ${d.digits(3)}-${d.digits(3)}-${d.digits(4)}.`,
  (d) =>
    `We met at ${d.int(1, 12)}:${two(d.int(0, 59))} on ${d.int(1, 12)}/${d.int(1, 28)}/${d.int(2000, 2026)} in room ${d.digits(3)}.`,
  (d) =>
    `The summit is ${grouped(d.int(1000, 8849), '.')} m high, at ${d.decimal(90, 5)}, -${d.decimal(180, 5)} (${d.int(1, 89)}°${d.int(1, 59)}'${d.int(1, 59)}"N).`,
  (d) =>
    `${d.digits(d.int(7, 9))} ${d.pick(['units', 'requests', 'people', 'users', 'tokens', 'bytes'])} were counted during ${d.int(2, 90)} days.`,
  (d) =>
    `The hotel has ${d.digits(3)} rooms; offering ${d.digits(7)} units; the string '${d.digits(8)}' stays.`,
  (d) =>
    `ISBN 978-${d.int(0, 9)}-${d.digits(2)}-${d.digits(6)}-${d.int(0, 9)}, ISSN ${d.digits(4)}-${d.digits(4)}, doi 10.${d.digits(4)}/${d.digits(6)}`,
  (d) =>
    `Half-life ${d.decimal(9, 3)}E-${d.int(2, 20)}, mass ${d.decimal(9, 16)}e+${d.int(2, 20)} kg, ratio ${d.int(1, 99)}:${d.int(1, 99)}.`,
];

/** Code. */
const CODE: readonly Write[] = [
  (d) =>
    `${d.pick(NAMES)} = ${d.pick(['hash_md5', 'load_v2', 'get_next1', 'parse2'])}(${d.pick(NAMES)}, ${d.int(1, 999)})`,
  (d) => `const ${d.pick(NAMES)} = process.env.${d.pick(NAMES).toUpperCase()}_V${d.int(1, 9)};`,
  (d) =>
    `${d.pick(NAMES)}: ${d.pick(['settings', 'config', 'self', 'request'])}.${d.pick(NAMES)}${d.int(1, 9)}.${d.pick(NAMES)},`,
  (d) => `for (let i = ${d.int(0, 9)}; i < ${d.digits(6)}; i += ${d.int(1, 64)}) sum[i] = 0x${d.hex(8)};`,
  (d) =>
    `SELECT ${d.pick(NAMES)} FROM t_${d.int(1, 99)} WHERE id = ${d.digits(9)} LIMIT ${d.int(1, 500)} OFFSET ${d.digits(5)};`,
  (d) => `transform: translate(${d.decimal(99, 13)}%, -${d.decimal(1, 16)}%) scale(${d.decimal(2, 3)});`,
  (d) =>
    `M ${d.decimal(900, 3)} ${d.decimal(900, 3)} L ${d.int(10, 999)} ${d.int(10, 999)} ${d.int(10, 999)} ${d.int(10, 999)} Z`,
  (d) =>
    `x = a[${d.int(0, 99)}::${d.int(2, 9)}]; y = b[${d.int(0, 9)}:${d.int(10, 99)}:2]  # ${d.int(1, 9)}:2:3:4:5:6:7:8`,
  (d) =>
    `<img src="logo-v${d.int(1, 9)}@${d.int(2, 3)}x.png" width="${d.int(10, 4000)}" height="${d.int(10, 4000)}">`,
  (d) => `git clone git@github.com:org/repo-${d.int(1, 99)}.git && git checkout ${d.hex(40)}`,
  (d) => `assert f(${d.digits(4)}, ${d.digits(4)}, ${d.digits(4)}) == ${d.digits(10)}`,
  (d) => `def test_${d.pick(NAMES)}(): assert ${d.pick(NAMES)}_${d.int(1, 9)} != "${d.pick(NAMES)}"`,
  (d) => `"tokenizationId": "${d.hex(32)}", "max_tokens": ${d.int(16, 8192)}, "seed": ${d.digits(9)}`,
  (d) => `${d.pick(NAMES)}: str${d.int(1, 9)} = ${d.pick(['field', 'input', 'args'])}[${d.int(0, 9)}]`,
];

/** Logs, names of files, versions, identifiers. */
const LOGS: readonly Write[] = [
  (d) =>
    `${date(d)} ${time(d)},${d.digits(3)} ${d.pick(LEVELS)} [${d.pick(MODULES)}-${d.int(1, 64)}] done in ${d.digits(5)} ms`,
  (d) =>
    `${time(d)} ${date(d)} ${d.pick(LEVELS)} ${d.pick(MODULES)} started, pid ${d.digits(5)}, ${d.digits(10)} bytes`,
  (d) =>
    `${date(d)}T${time(d)}.${d.digits(6)}Z ${d.pick(LEVELS)} offset=${d.digits(8)} lag=${d.digits(5)} partition=${d.int(0, 99)}`,
  (d) => `[${d.digits(10)}.${d.digits(6)}] ${d.pick(MODULES)}: 0x${d.hex(16)} -> 0x${d.hex(16)}`,
  (d) =>
    `backup-${date(d).replaceAll('-', '')}-${time(d).replaceAll(':', '')}.tar.gz ${d.digits(9)} ${d.hex(64)}`,
  (d) =>
    `${d.pick(PACKAGES)}@${d.int(0, 30)}.${d.int(0, 30)}.${d.int(0, 90)} -> v${d.int(0, 30)}.${d.int(0, 30)}.${d.int(0, 30)}.${d.int(0, 30)}`,
  (d) =>
    `Upgraded ${d.pick(PACKAGES)} from version ${d.int(1, 20)}.${d.int(0, 20)}.${d.int(0, 20)}.${d.int(0, 20)} (build ${d.digits(4)} ${d.digits(4)} ${d.digits(4)})`,
  (d) => `request ${uuid(d)} took ${d.decimal(9, 6)} s, trace ${d.hex(32)}, span ${d.hex(16)}`,
  (d) => `event ${d.digits(19)} at ${d.digits(13)}, order_id=${d.digits(16)}, batch ${d.digits(14)}`,
  (d) =>
    `GET /v1/items/${d.digits(9)}?page=${d.int(1, 99)}&limit=${d.digits(3)} HTTP/1.1" 200 ${d.digits(7)} ${d.decimal(2, 3)}`,
  (d) =>
    `sha256:${d.hex(64)} ${d.pick(PACKAGES)}_${d.int(1, 9)}.${d.int(0, 99)}-${d.int(1, 9)}ubuntu${d.int(1, 9)}_amd64.deb`,
  (d) =>
    `Epoch ${d.int(1, 90)}/100 loss: ${d.decimal(3, 7)} lr ${d.decimal(9, 4)}e-0${d.int(3, 6)} step ${d.digits(6)} ${two(d.int(0, 59))}:${two(d.int(0, 59))}`,
];

/** Tables. */
const TABLES: readonly Write[] = [
  (d) => `| ${Array.from({ length: 5 }, () => d.decimal(10_000, 2)).join(' | ')} |`,
  (d) => Array.from({ length: 6 }, () => d.digits(d.int(2, 7))).join(','),
  (d) => Array.from({ length: 5 }, () => d.digits(d.int(2, 6))).join('\t'),
  (d) => Array.from({ length: d.int(3, 5) }, () => d.digits(4)).join('   '),
  (d) =>
    `Totals: ${grouped(d.int(1000, 99_999), ',')}.00 ${grouped(d.int(1000, 99_999), ',')}.00 ${grouped(d.int(1000, 99_999), ',')}.50`,
  (d) =>
    `Q${d.int(1, 4)}\t${d.int(2000, 2026)}\t${grouped(d.int(1e5, 9e7), ' ')}\t${d.decimal(99, 1)}%\t${d.int(100, 999)} ${d.int(100, 999)}`,
  (d) => `${date(d)},${d.decimal(500, 4)},${d.decimal(500, 4)},${d.decimal(500, 4)},${d.digits(8)}`,
  (d) =>
    `{"id": ${d.digits(9)}, "price": ${d.decimal(999, 2)}, "stock": ${d.digits(4)}, "ean": "${d.digits(13)}", "page": ${d.int(1, 999)}}`,
  (d) => `${d.hex(8)}: ${Array.from({ length: 8 }, () => d.hex(4)).join(' ')}`,
  (d) =>
    `[[${Array.from({ length: 5 }, () => d.int(10, 99)).join(' ')}]\n [${Array.from({ length: 5 }, () => d.int(10, 99)).join(' ')}]]`,
];

const KINDS: readonly (readonly [kind: string, writers: readonly Write[]])[] = [
  ['sums', SUMS],
  ['prose', PROSE],
  ['code', CODE],
  ['logs', LOGS],
  ['tables', TABLES],
];

/** So many lines without personal data, the same for a seed: as many of each kind, and of each kind as many of each shape. */
export function* negatives(seed: number, lines: number): Generator<Negative> {
  const dice = createDice(seed);
  for (let line = 0; line < lines; line += 1) {
    const [kind, writers] = KINDS[line % KINDS.length] ?? ['', []];
    const write = writers[Math.floor(line / KINDS.length) % writers.length];
    if (write !== undefined) yield { kind, text: write(dice) };
  }
}
