import fc from 'fast-check';
import { lines } from './lines.ts';

async function* cut(bytes: Buffer, length: number): AsyncGenerator<Buffer, void> {
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length);
}
const read = async (bytes: Buffer, length: number, most?: number): Promise<string[]> => {
  const found: string[] = [];
  for await (const line of lines(cut(bytes, length), most)) found.push(line);
  return found;
};

describe('lines', () => {
  it('are those of the whole text, wherever its pieces end, without the empty ones', async () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'é', '漢', '😀', '\r', '\n') });
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 7 }), async (text, length) => {
        expect(await read(Buffer.from(text), length)).toEqual(text.split('\n').filter((line) => line !== ''));
      }),
    );
  });

  it('may have so many bytes, and a longer one is not collected', async () => {
    for (const length of [1, 3, 100]) {
      expect(await read(Buffer.from('12345\n12345'), length, 5)).toEqual(['12345', '12345']);
      await expect(read(Buffer.from('1\n123456\n1'), length, 5)).rejects.toThrow(RangeError);
      await expect(read(Buffer.from('1\n123456'), length, 5)).rejects.toThrow(RangeError);
    }
  });
});
