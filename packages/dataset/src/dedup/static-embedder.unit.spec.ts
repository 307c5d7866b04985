import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStaticEmbedder, TABLE_FILE, TOKENIZER_FILE } from './static-embedder.ts';

const dirs: string[] = [];
afterAll(() => dirs.forEach((dir) => rmSync(dir, { recursive: true })));

/** Halves: 1.0 is 0x3c00, 2.0 is 0x4000, −1.0 is 0xbc00. */
function safetensors(rows: readonly (readonly number[])[], dtype = 'F16'): Buffer {
  const dims = rows[0]?.length ?? 0;
  const bytes = rows.length * dims * 2;
  const header = Buffer.from(
    JSON.stringify({
      __metadata__: {},
      weight: { dtype, shape: [rows.length, dims], data_offsets: [0, bytes] },
    }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const data = Buffer.alloc(bytes);
  rows.flat().forEach((half, at) => data.writeUInt16LE(half, at * 2));
  return Buffer.concat([length, header, data]);
}

const TABLE = safetensors([
  [0, 0],
  [0x3c00, 0],
  [0, 0x4000],
  [0xbc00, 0],
  [0x4000, 0x3c00],
]);
const TOKENIZER = {
  model: {
    type: 'BPE',
    vocab: { '<unk>': 0, '▁ab': 1, c: 2, '<0xC3>': 3, '<0xA9>': 3, '▁': 4 },
    merges: ['▁ a', ['▁a', 'b'], 'b c'],
  },
};

function folder(table: Buffer | undefined, tokenizer: unknown): string {
  const dir = mkdtempSync(join(tmpdir(), 'static-'));
  dirs.push(dir);
  if (table !== undefined) writeFileSync(join(dir, TABLE_FILE), table);
  writeFileSync(join(dir, TOKENIZER_FILE), JSON.stringify(tokenizer));
  return dir;
}

describe('the static embedder', () => {
  test.each([
    ['merges pairs by their rank', 'abc', [1, 2]],
    ['starts every word anew', 'ab  abc\nc', [4, 5]],
    ['falls back to bytes', 'abé', [-1, 0]],
    ['has no vector for no word', ' ', [0, 0]],
  ])('%s', async (_, text, sum) => {
    const embedder = await createStaticEmbedder(folder(TABLE, TOKENIZER));
    const length = Math.hypot(...sum) || 1;
    const [vector] = await embedder.embed([text]);
    expect(embedder.dims).toBe(2);
    expect([...(vector ?? [])]).toEqual(sum.map((value): unknown => expect.closeTo(value / length, 6)));
  });

  test('is named by the table', async () => {
    const [a, b] = await Promise.all(
      [TABLE, safetensors([[0x3c00, 0]])].map((table) => createStaticEmbedder(folder(table, TOKENIZER))),
    );
    expect(a?.id).toMatch(/^static:[0-9a-f]{16}:2$/);
    expect(a?.id).not.toBe(b?.id);
  });

  test.each<[string, Buffer | undefined, unknown, RegExp]>([
    [
      'a missing table',
      undefined,
      TOKENIZER,
      /embeddings.safetensors does not exist: run `node .*static-embeddings/,
    ],
    [
      'another number type',
      safetensors([[0, 0]], 'F32'),
      TOKENIZER,
      /it needs a tensor of tokens × dims in F16/,
    ],
    ['a table that is cut short', TABLE.subarray(0, -2), TOKENIZER, /it is cut short/],
    ['no table at all', Buffer.from('no'), TOKENIZER, /it has no header/],
    ['another tokenizer', TABLE, { model: { type: 'WordPiece' } }, /it needs a BPE model/],
  ])('refuses %s', async (_, table, tokenizer, message) => {
    await expect(createStaticEmbedder(folder(table, tokenizer))).rejects.toThrow(message);
  });
});
