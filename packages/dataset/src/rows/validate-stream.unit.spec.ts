import fc from 'fast-check';
import { datasetFindings } from './dataset-rules.ts';
import { detectFormat } from './detect-format.ts';
import { rowRules, type RowRules } from './rules.ts';
import { assistant, image, IMAGES, user } from './testing/clean-rows.ts';
import { validateStream, type StreamedRow } from './validate-stream.ts';

const TIMEOUT_MS = 60_000;

const CHAT = rowRules({ format: 'jsonl_chat' });
const GOOD = JSON.stringify({ messages: [user(), assistant()] });
const good = (rows: number): string => `${GOOD}\n`.repeat(rows);

async function* streamOf(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

async function check(source: AsyncIterable<Uint8Array>, rules: RowRules = CHAT) {
  const { rows, summary } = validateStream(source, rules);
  const found: StreamedRow[] = [];
  for await (const row of rows) found.push(row);
  return { rows: found, summary: summary() };
}

const codes = (rows: readonly StreamedRow[]): string[][] =>
  rows.map(({ rejections }) => rejections.map(({ code, path }) => `${code} ${path}`));

describe('a stream of rows', () => {
  it('that is clean is valid, and every row comes with where it is', async () => {
    const { rows, summary } = await check(streamOf(good(10)));
    expect(summary).toMatchObject({
      valid: true,
      lines: 10,
      rows: 10,
      accepted: 10,
      rejected: 0,
      bytes: 10 * (GOOD.length + 1),
      causes: [],
      findings: [],
      warnings: [],
    });
    expect(rows[3]).toEqual({
      line: 4,
      offsetBytes: 3 * (GOOD.length + 1),
      lengthBytes: GOOD.length,
      row: JSON.parse(GOOD),
      rejections: [],
    });
  });

  it.each<readonly [string, string | Uint8Array, string]>([
    ['that is not UTF-8', Buffer.of(0x7b, 0x22, 0xff, 0x22, 0x7d), 'invalid_utf8 $'],
    [
      'with a lone surrogate',
      '{"messages":[{"role":"user","content":"\\ud800"}]}',
      'invalid_unicode $.messages[0].content',
    ],
    [
      'with a NUL',
      '{"messages":[{"role":"user","content":"\\u0000"}]}',
      'invalid_unicode $.messages[0].content',
    ],
    ['with a NUL byte', '{"messages":"\0"}', 'invalid_json $'],
    ['with a key twice', '{"messages":[{"role":"user","role":"user"}]}', 'duplicate_key $.messages[0].role'],
    [
      'with a key of its own twice',
      '{"messages":[{"ann@example.org":1,"ann@example.org":2}]}',
      'duplicate_key $.messages[0].*',
    ],
    ['with a million brackets', '['.repeat(1_000_000) + ']'.repeat(1_000_000), 'nested_too_deeply $'],
    ['with a million open objects', '{"a":'.repeat(500_000), 'nested_too_deeply $'],
    ['with a million lists', `{"messages":[${'[],'.repeat(1_000_000)}1]}`, 'too_many_values $'],
    [
      'with a number that loses digits',
      '{"messages":[{"weight":9007199254740993}]}',
      'inexact_number $.messages[0].weight',
    ],
    ['with a prototype', '{"__proto__":{"messages":[]}}', 'forbidden_key $.*'],
    ['with something behind it', `${GOOD},`, 'invalid_json $'],
    ['of two rows', `${GOOD}${GOOD}`, 'invalid_json $'],
    ['that is cut', GOOD.slice(0, -9), 'invalid_json $'],
    ['of a list', `[${GOOD}]`, 'data_type $'],
    ['of a text', '"messages"', 'data_type $'],
    ['that is too long', `{"a":"${'x'.repeat(5_000_000)}"}`, 'line_too_long $'],
  ])('takes a line %s for one bad row, and the rows around it are read', async (_what, bad, problem) => {
    const { rows, summary } = await check(streamOf(good(5), bad, '\n', good(5)));
    expect(codes(rows)).toEqual([...Array(5).fill([]), [problem], ...Array(5).fill([])]);
    expect(summary).toMatchObject({ valid: false, rows: 11, accepted: 10, rejected: 1, findings: [] });
    expect(summary.causes).toMatchObject([{ code: problem.split(' ')[0], count: 1, rows: 1 }]);
  });

  it('with byte order mark, CR LF and blank lines is read, with warnings', async () => {
    const { rows, summary } = await check(streamOf(`\ufeff${GOOD}\r\n\r\n \t\n${good(9)}\n`));
    expect(summary).toMatchObject({ valid: true, lines: 13, rows: 10, accepted: 10 });
    expect(summary.warnings.map(({ code, count }) => [code, count])).toEqual([
      ['byte_order_mark', 1],
      ['carriage_return', 2],
      ['blank_line', 3],
    ]);
    expect(rows.map(({ line }) => line)).toEqual([1, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('with a byte order mark says nothing of it at Azure, whose guide asks for one', async () => {
    const { summary } = await check(streamOf(`\ufeff${good(10)}`), { ...CHAT, provider: 'azure' });
    expect(summary).toMatchObject({ valid: true, accepted: 10, warnings: [] });
  });

  it('with too few rows is not valid', async () => {
    const { summary } = await check(streamOf(good(9)));
    expect(summary).toMatchObject({ valid: false, rejected: 0 });
    expect(summary.findings.map(({ code }) => code)).toEqual(['too_few_rows']);
  });

  it('with rows of several formats says so', async () => {
    const { summary } = await check(streamOf(good(10), '{"prompt":"a","completion":"b"}\n'));
    expect(summary.findings.map(({ code }) => code)).toEqual(['mixed_formats']);
    expect(summary.causes.map(({ code }) => code)).toEqual(['wrong_format']);
  });

  it('with more rows with images than allowed says so', async () => {
    const row = JSON.stringify({ messages: [user([image(IMAGES.png)]), assistant()] });
    const rules = rowRules({ format: 'jsonl_chat', images: 'allowed' });
    const { summary } = await check(streamOf(good(9), `${row}\n`.repeat(3)), rules);
    expect(summary).toMatchObject({ valid: true, rowsWithImages: 3 });
    const findings = (rowsWithImages: number) =>
      datasetFindings({ accepted: 60_000, rowsWithImages, rowsByFormat: {} }).map(({ code }) => code);
    expect(findings(50_000)).toEqual([]);
    expect(findings(50_001)).toEqual(['too_many_image_rows']);
  });

  it('counts problems and the rows that have them', async () => {
    const twoEmpty = JSON.stringify({ messages: [user(''), assistant('')] });
    const { summary } = await check(streamOf(`${twoEmpty}\n{}\n${twoEmpty}\n`));
    expect(summary.causes).toMatchObject([
      { code: 'empty_content', count: 4, rows: 2 },
      { code: 'missing_messages_list', count: 1, rows: 1 },
    ]);
  });

  it(
    'of any bytes at all never throws, and accounts for every line',
    async () => {
      const piece = fc.oneof(
        fc.uint8Array({ maxLength: 30 }),
        fc.json().map((text) => Buffer.from(text)),
        fc.constantFrom('\n', '\r\n', GOOD, GOOD.slice(5), '\ufeff').map((text) => Buffer.from(text)),
      );
      const rules = fc.constantFrom(
        ...(['jsonl_chat', 'jsonl_prompt_completion', 'jsonl_preference', 'jsonl_reinforcement'] as const),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(piece), rules, async (pieces, format) => {
          const { rows, summary } = await check(streamOf(...pieces), rowRules({ format, maxLineBytes: 200 }));
          expect(summary.bytes).toBe(pieces.reduce((total, each) => total + each.length, 0));
          expect(summary.rows).toBe(rows.length);
          expect(summary.accepted + summary.rejected).toBe(summary.rows);
          for (const { row, rejections } of rows) expect(row === undefined).toBe(rejections.length > 0);
        }),
      );
    },
    TIMEOUT_MS,
  );

  it(
    'of rows in any shape at all never throws',
    async () => {
      const loose = fc.letrec<{ value: unknown; message: unknown }>((tie) => ({
        message: fc.record(
          {
            role: fc.constantFrom('system', 'user', 'assistant', 'tool', 7),
            content: tie('value'),
            tool_calls: fc.oneof(fc.array(tie('value')), tie('value')),
            tool_call_id: tie('value'),
            weight: tie('value'),
          },
          { requiredKeys: [] },
        ),
        value: fc.oneof(
          { maxDepth: 4 },
          fc.constantFrom('', 'a', 0, 1, null, true),
          fc.array(tie('value'), { maxLength: 3 }),
          fc.dictionary(
            fc.constantFrom(
              'type',
              'text',
              'function',
              'name',
              'arguments',
              'id',
              'parameters',
              'properties',
              'items',
              'image_url',
              'url',
              '__proto__',
              'constructor',
            ),
            tie('value'),
            { maxKeys: 4 },
          ),
        ),
      }));
      const list = fc.oneof(fc.array(fc.oneof(loose.message, loose.value)), loose.value);
      const row = fc.record(
        {
          messages: list,
          tools: list,
          input: fc.record({ messages: list, tools: list }),
          preferred_output: list,
          non_preferred_output: list,
        },
        { requiredKeys: [] },
      );
      const rules = fc.constantFrom(
        CHAT,
        rowRules({ format: 'jsonl_chat', images: 'allowed' }),
        rowRules({ format: 'jsonl_preference', provider: 'azure' }),
        rowRules({ format: 'jsonl_preference' }),
        rowRules({ format: 'jsonl_reinforcement' }),
      );
      await fc.assert(
        fc.asyncProperty(row, rules, async (value, rule) => {
          const { summary } = await check(streamOf(JSON.stringify(value)), rule);
          expect(summary.rows).toBe(1);
        }),
        { numRuns: 500 },
      );
    },
    TIMEOUT_MS,
  );

  it('fails where the stream itself does', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(good(1));
      throw new Error('the disk is gone');
    }
    await expect(check(broken())).rejects.toThrow('the disk is gone');
  });
});

describe('a line of a gigabyte', () => {
  it(
    'is one bad row, and no more of it is held than one chunk',
    async () => {
      const chunk = Buffer.alloc(1_000_000, 0x78);
      let peakBytes = 0;
      async function* source(): AsyncGenerator<Uint8Array> {
        yield Buffer.from(good(10));
        for (let at = 0; at < 1000; at += 1) {
          yield chunk;
          peakBytes = Math.max(peakBytes, process.memoryUsage().arrayBuffers);
        }
        yield Buffer.from(`\n${good(1)}`);
      }
      const before = process.memoryUsage().arrayBuffers;
      const { rows, summary } = await check(source());
      expect(codes(rows)).toEqual([...Array(10).fill([]), ['line_too_long $'], []]);
      expect(summary).toMatchObject({ rows: 12, rejected: 1 });
      expect(peakBytes - before).toBeLessThan(4 * CHAT.maxLineBytes);
    },
    TIMEOUT_MS,
  );
});

describe('the format of a stream', () => {
  const CASES: readonly (readonly [string, string, string | undefined])[] = [
    ['chat', good(1), 'jsonl_chat'],
    ['preference', '{"input":{},"preferred_output":[],"non_preferred_output":[]}', 'jsonl_preference'],
    ['prompt and completion', '{"prompt":"a","completion":"b"}\n', 'jsonl_prompt_completion'],
    ['reinforcement', JSON.stringify({ messages: [user()], answer: 1 }), 'jsonl_reinforcement'],
    ['chat, with bad rows first', `}\n\n{"prompt":1}\n${good(2)}`, 'jsonl_chat'],
    ['nothing that is known', '{"a":1}\n7\n', undefined],
    ['nothing at all', '', undefined],
  ];

  it.each(CASES)(
    'of %s is told by its first rows, and nothing of it is lost',
    async (_what, text, format) => {
      const found = await detectFormat(streamOf(...[...Buffer.from(text)].map((byte) => Buffer.of(byte))));
      expect(found.format).toBe(format);
      const read: Uint8Array[] = [];
      for await (const chunk of found.source) read.push(chunk);
      expect(Buffer.concat(read).toString()).toBe(text);
    },
  );

  it('is told without reading all of it', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        given += 1;
        yield Buffer.from(good(500));
      }
    }
    const { format, source } = await detectFormat(endless());
    expect(format).toBe('jsonl_chat');
    const looked = given;
    for await (const _ of source) if (given > looked + 3) break;
    expect(looked).toBeLessThan(100);
  });
});
