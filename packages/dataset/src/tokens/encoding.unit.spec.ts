import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { getEncoding } from 'js-tiktoken';
import { countTokens as libraryCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as libraryO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { loadEncoding, type Encoding, type EncodingName } from './encoding.ts';

const AS_TEXT = { disallowedSpecial: new Set<string>() };
const LIBRARIES = { o200k_base: libraryO200k, cl100k_base: libraryCl100k };

const QUESTIONS = readFileSync(
  new URL('../../../../sandbox/data/banking77-train.csv', import.meta.url),
  'utf8',
).split('\n');
const SOURCE = readFileSync(new URL('./encoding.unit.spec.ts', import.meta.url), 'utf8');
const ODD = [
  '',
  ' ',
  '\n\n\t  \r\n  x',
  '<|endoftext|>',
  'a<|im_start|>user<|im_sep|>b<|im_end|>',
  '👩‍👩‍👧‍👦🏳️‍🌈👍🏽 family',
  '微调管理器从原始记录中构建数据集，并对其进行脱敏处理。',
  '日本語とカタカナ、한국어 문장, עברית, العربية, ไทย, हिन्दी',
  "They'LL say it's DON'T, we've; I'M",
  '1234567890 3.14159 0x1F ½ ²',
  'https://example.org/a/b?c=d#e /usr/local/bin\\n',
  'ÀÉÎõü ǅ ŉ ﬁ',
  'é̂̂́́',
  '\ud800 lone \udc00',
  '\u0000\u0001\u001f',
];

describe.each<EncodingName>(['o200k_base', 'cl100k_base'])('tokens of %s', (name) => {
  const library = (text: string): number => LIBRARIES[name](text, AS_TEXT);
  const second = getEncoding(name);
  let encoding: Encoding;
  beforeAll(async () => {
    encoding = await loadEncoding(name);
  });

  it('are those of two other tokenizers, for each of BANKING77’s questions', () => {
    const differing = QUESTIONS.filter((text) => {
      const ours = encoding.count(text);
      return ours !== library(text) || ours !== second.encode(text, [], []).length;
    });
    expect(QUESTIONS.length).toBeGreaterThan(10_000);
    expect(differing).toEqual([]);
  });

  it('are those of two other tokenizers for code, emoji, every script, and what looks like a special token', () => {
    for (const text of [SOURCE, ...ODD]) {
      expect([text, encoding.count(text)]).toEqual([text, library(text)]);
      expect([text, encoding.count(text)]).toEqual([text, second.encode(text, [], []).length]);
    }
  });

  it('are those of the library for any text', () => {
    // The library takes JavaScript's idea of white space, which differs from the provider's in these two.
    const texts = fc
      .string({ unit: 'binary', maxLength: 200 })
      .map((text) => text.replaceAll(/[\ufeff\u0085]/g, ''));
    fc.assert(
      fc.property(texts, (text) => {
        expect(encoding.count(text)).toBe(library(text));
      }),
      { numRuns: 500 },
    );
  });

  it('are those of the library for runs without a break, where pairs are kept in a heap', () => {
    const runs = fc
      .array(
        fc.tuple(
          fc.constantFrom('a', 'ab', 'A', '=', ' ', '哈', '的', '\u0301', '🙂', 'the', '0', '-_'),
          fc.nat(120),
        ),
        {
          maxLength: 8,
        },
      )
      .map((parts) => parts.map(([part, times]) => part.repeat(times)).join(''));
    const letters = fc.string({
      unit: fc.constantFrom(...Array.from('abcdefgeinrst的一是')),
      minLength: 65,
      maxLength: 600,
    });
    fc.assert(
      fc.property(fc.oneof(runs, letters), (text) => {
        expect(encoding.count(text)).toBe(library(text));
      }),
      { numRuns: 300 },
    );
  });

  it('are counted for 100,000 letters without a break', () => {
    // Merging makes tokens of eight letters of them, in both encodings.
    expect(encoding.count('a'.repeat(100_000))).toBe(library('a'.repeat(800)) * 125);
  });
});

describe('white space of o200k_base', () => {
  it('is Unicode’s, as in the provider’s tokenizer: a byte order mark is none, and a next-line is', async () => {
    const { count } = await loadEncoding('o200k_base');
    expect(count('\ufeff')).toBeGreaterThan(0);
    expect(count('a\u0085b')).toBeGreaterThan(2);
  });
});
