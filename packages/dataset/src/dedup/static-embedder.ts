import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { normalised, type Embedder } from './embedder.ts';

export const TABLE_FILE = 'embeddings.safetensors';
export const TOKENIZER_FILE = 'tokenizer.json';

/** Longer words are cut: merging is quadratic in the length of a word. */
const MAX_WORD = 64;
const CACHED_WORDS = 20_000;

/**
 * A learned table of token vectors, averaged over a text: works offline, knows synonyms, knows no word order. Reads a
 * half-precision table (`embeddings.safetensors`, one tensor of tokens × dims) and a byte-pair tokenizer without
 * pre-tokenizer (`tokenizer.json`, of the Llama 2 kind), as `scripts/static-embeddings.ts` takes them from the
 * WordLlama package (MIT).
 * @param dir `FTM_STATIC_EMBEDDINGS_DIR`
 * @throws Error that says which file is missing or what in it is not understood
 */
export async function createStaticEmbedder(dir: string): Promise<Embedder> {
  const tableBytes = await read(dir, TABLE_FILE);
  const table = parseTable(tableBytes);
  const tokensOf = createTokenizer(JSON.parse((await read(dir, TOKENIZER_FILE)).toString('utf8')));
  return {
    id: `static:${createHash('sha256').update(tableBytes).digest('hex').slice(0, 16)}:${table.dims}`,
    dims: table.dims,
    embed: async (texts) =>
      texts.map((text) => {
        const vector = new Float32Array(table.dims);
        for (const word of text.split(/\s+/))
          if (word !== '') for (const token of tokensOf(word)) table.add(token, vector);
        return normalised(vector);
      }),
  };
}

async function read(dir: string, file: string): Promise<Buffer> {
  try {
    return await readFile(join(dir, file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(
      `${join(dir, file)} does not exist: run \`node scripts/run.mjs scripts/static-embeddings.ts ${dir}\``,
      { cause: error },
    );
  }
}

interface Table {
  readonly dims: number;
  add(token: number, to: Float32Array): void;
}

/** safetensors: the length of the header in 8 bytes, the header in JSON, the tensors. */
function parseTable(bytes: Buffer): Table {
  const unreadable = (why: string): Error => new Error(`${TABLE_FILE} is not understood: ${why}`);
  if (bytes.length < 8) throw unreadable('it has no header');
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  if (headerBytes > bytes.length - 8) throw unreadable('its header is longer than the file');
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerBytes)) as Record<
    string,
    { dtype?: string; shape?: number[]; data_offsets?: number[] }
  >;
  const [tensor] = Object.entries(header).flatMap(([name, each]) => (name === '__metadata__' ? [] : [each]));
  const [tokens = 0, dims = 0] = tensor?.shape ?? [];
  const from = 8 + headerBytes + (tensor?.data_offsets?.[0] ?? 0);
  if (tensor?.dtype !== 'F16' || tokens < 1 || dims < 1)
    throw unreadable('it needs a tensor of tokens × dims in F16');
  if (from + tokens * dims * 2 > bytes.length) throw unreadable('it is cut short');
  const halves = Float32Array.from({ length: 65_536 }, (_, bits) => fromHalf(bits));
  return {
    dims,
    add(token, to) {
      if (token >= tokens) return;
      for (let at = 0, offset = from + token * dims * 2; at < dims; at += 1, offset += 2)
        to[at] = (to[at] ?? 0) + (halves[bytes.readUInt16LE(offset)] ?? 0);
    },
  };
}

/** IEEE 754 binary16. */
function fromHalf(bits: number): number {
  const sign = bits >>> 15 === 1 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

interface TokenizerFile {
  readonly model?: {
    readonly type?: string;
    readonly vocab?: Readonly<Record<string, number>>;
    readonly merges?: readonly (string | readonly [string, string])[];
  };
}

/**
 * The tokens of a word that follows a space: pairs are merged by their rank, and what is not in the vocabulary falls
 * back to its bytes.
 */
function createTokenizer(file: unknown): (word: string) => readonly number[] {
  const { model } = file as TokenizerFile;
  if (model?.type !== 'BPE' || model.vocab === undefined || model.merges === undefined)
    throw new Error(`${TOKENIZER_FILE} is not understood: it needs a BPE model with a vocabulary and merges`);
  const vocabulary = new Map(Object.entries(model.vocab));
  const ranks = new Map(
    model.merges.map((merge, rank) => [typeof merge === 'string' ? merge : merge.join(' '), rank]),
  );
  const cache = new Map<string, readonly number[]>();

  const tokenize = (word: string): number[] => {
    const parts = mergedPairs(Array.from(`▁${word}`), ranks);
    return parts.flatMap((part) => {
      const token = vocabulary.get(part);
      if (token !== undefined) return [token];
      return [...Buffer.from(part, 'utf8')].flatMap((byte) => {
        const hex = byte.toString(16).toUpperCase().padStart(2, '0');
        return vocabulary.get(`<0x${hex}>`) ?? vocabulary.get('<unk>') ?? [];
      });
    });
  };
  return (written) => {
    const word = written.length > MAX_WORD ? written.slice(0, MAX_WORD).toWellFormed() : written;
    const known = cache.get(word);
    if (known !== undefined) return known;
    const tokens = tokenize(word);
    if (cache.size >= CACHED_WORDS) cache.clear();
    cache.set(word, tokens);
    return tokens;
  };
}

function mergedPairs(parts: string[], ranks: ReadonlyMap<string, number>): string[] {
  for (;;) {
    let best = Infinity;
    let at = -1;
    for (let index = 0; index + 1 < parts.length; index += 1) {
      const rank = ranks.get(`${parts[index] ?? ''} ${parts[index + 1] ?? ''}`) ?? Infinity;
      if (rank < best) [best, at] = [rank, index];
    }
    if (at === -1) return parts;
    parts.splice(at, 2, `${parts[at] ?? ''}${parts[at + 1] ?? ''}`);
  }
}
