import fc from 'fast-check';
import { createLineSplitter } from './lines.ts';

interface Cut {
  readonly number: number;
  readonly offsetBytes: number;
  readonly text: string | undefined;
  readonly lengthBytes: number;
  readonly marks: string;
}

function cut(chunks: readonly Uint8Array[], maxLineBytes = 1000): Cut[] {
  const splitter = createLineSplitter(maxLineBytes);
  const found: Cut[] = [];
  const take = (lines: ReturnType<typeof splitter.push>): void => {
    for (const line of lines)
      found.push({
        number: line.number,
        offsetBytes: line.offsetBytes,
        text: line.bytes === undefined ? undefined : Buffer.from(line.bytes).toString('latin1'),
        lengthBytes: line.lengthBytes,
        marks: `${line.byteOrderMark ? 'bom ' : ''}${line.carriageReturn ? 'cr' : ''}`.trim(),
      });
  };
  for (const chunk of chunks) take(splitter.push(chunk));
  take(splitter.end());
  return found;
}

const texts = (lines: readonly Cut[]): (string | undefined)[] => lines.map(({ text }) => text);

describe('lines of a stream', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['end with LF', 'a\nb\n', ['a', 'b']],
    ['end with CR LF', 'a\r\nb\r\n', ['a', 'b']],
    ['need no end at last', 'a\nb', ['a', 'b']],
    ['are there where they are blank', '\na\n\n\n', ['', 'a', '', '']],
    ['are none in an empty file', '', []],
    ['keep a CR inside', 'a\rb\n', ['a\rb']],
    ['may be a CR alone at last', 'a\n\r', ['a', '']],
  ])('%s', (_what, text, expected) => {
    expect(texts(cut([Buffer.from(text)]))).toEqual(expected);
  });

  it('lose a byte order mark, at the start of the file and of files put behind it', () => {
    const lines = cut([Buffer.from('\ufeffa\nb\n\ufeffc\r\n')]);
    expect(texts(lines)).toEqual(['a', 'b', 'c']);
    expect(lines.map(({ marks }) => marks)).toEqual(['bom', '', 'bom cr']);
    expect(lines.map(({ offsetBytes }) => offsetBytes)).toEqual([0, 5, 7]);
  });

  it('are skipped where they are too long, and counted', () => {
    const lines = cut([Buffer.from('ok\n'), Buffer.from('x'.repeat(7)), Buffer.from('xx\nok\n123456789')], 8);
    expect(texts(lines)).toEqual(['ok', undefined, 'ok', undefined]);
    expect(lines.map(({ lengthBytes }) => lengthBytes)).toEqual([2, 9, 2, 9]);
    expect(lines.map(({ offsetBytes }) => offsetBytes)).toEqual([0, 3, 13, 16]);
  });

  it('may be exactly as long as allowed, with all marks around them', () => {
    const bytes = Buffer.from('\ufeff12345678\r\n');
    for (const chunks of [[bytes], [...bytes].map((byte) => Buffer.of(byte))])
      expect(texts(cut(chunks, 8))).toEqual(['12345678']);
  });

  it('are the same however the stream is cut', () => {
    const piece = fc.constantFrom('a', '\n', '\r', '\r\n', '\ufeff', 'ü', 'x'.repeat(12));
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(40)), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''));
        const ends = [...cuts.filter((at) => at < bytes.length), bytes.length].sort((a, b) => a - b);
        const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        expect(cut(chunks, 10)).toEqual(cut([bytes], 10));
      }),
    );
  });

  it('have every byte of the stream in one of them', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const lines = cut([bytes], bytes.length);
        for (const [index, { offsetBytes, text, marks }] of lines.entries()) {
          const start = offsetBytes + (marks.includes('bom') ? 3 : 0);
          const end = start + (text?.length ?? 0);
          expect(Buffer.from(bytes.subarray(start, end)).toString('latin1')).toBe(text);
          const next = end + (marks.includes('cr') ? 1 : 0) + 1;
          expect(lines[index + 1]?.offsetBytes ?? next).toBe(next);
        }
      }),
    );
  });
});
