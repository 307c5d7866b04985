import fc from 'fast-check';
import { rowRules } from '../rows/rules.ts';
import { jsonlSource } from './from-jsonl.ts';
import type { SourcePage } from './source.ts';

const rules = rowRules({ format: 'jsonl_prompt_completion' });
const line = (prompt: string): string => JSON.stringify({ prompt, completion: 'Yes.' });
async function* cut(text: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
async function pagesOf(text: string, sizes: readonly number[] = [65_536]): Promise<SourcePage[]> {
  const pages: SourcePage[] = [];
  for await (const page of jsonlSource(cut(text, sizes), rules).pages(null)) pages.push(page);
  return pages;
}

describe('a JSONL body as a source', () => {
  it('gives pages of at most 500 rows, each with the line that the next begins with, and the last with none', async () => {
    for (const [rows, sizes] of [
      [0, [0]],
      [1, [1]],
      [500, [500]],
      [501, [500, 1]],
      [1000, [500, 500]],
    ] as const) {
      const pages = await pagesOf(`${line('a')}\n`.repeat(rows));
      expect(pages.map((page) => page.rows.length)).toEqual(sizes);
      expect(pages.map(({ next }) => next)).toEqual(
        sizes.map((_, at) => (at === sizes.length - 1 ? null : '501')),
      );
    }
  });

  it('gives a page up when it has many bytes, however few rows', async () => {
    const pages = await pagesOf(`${line('long '.repeat(100_000))}\n`.repeat(12));
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.flatMap((page) => page.rows)).toHaveLength(12);
  });

  it('gives the same whatever pieces the body comes in, and with CRLF, blank lines and a byte order mark as without', async () => {
    const plain = [line('größe'), '{', line('zwei')];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), async (sizes) => {
        const dressed = `\ufeff${plain.join('\r\n')}\r\n\r\n`;
        const values = (pages: SourcePage[]) => pages.flatMap((page) => page.rows.map(({ row }) => row));
        expect(values(await pagesOf(dressed, sizes))).toEqual(values(await pagesOf(plain.join('\n'))));
      }),
      { numRuns: 40 },
    );
  });

  it('says of a bad line why, hides what it says, and goes on', async () => {
    const [page] = await pagesOf(['{"prompt":"ZZsecretZZ"', line('a'), '{"prompt":1}'].join('\n'));
    expect(
      page?.rows.map(({ row }) => ('value' in row ? 'row' : row.rejections.map(({ code }) => code))),
    ).toEqual([['invalid_json'], 'row', expect.arrayContaining([expect.any(String)])]);
    expect(JSON.stringify(page?.rows[0])).not.toContain('ZZsecretZZ');
  });
});
