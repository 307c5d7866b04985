import { mix } from './shingles.ts';

/** Turns texts into vectors whose cosine says how near they are in meaning. */
export interface Embedder {
  /** Names the model and what it depends on: goes into a dataset's manifest. */
  readonly id: string;
  readonly dims: number;
  /** A vector of length 1 for each text, in order. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}

/** Inputs that the provider takes in one call of `/v1/embeddings`. */
const PROVIDER_BATCH = 2048;
const HASHED_DIMS = 256;

/**
 * The provider's embeddings.
 * @param call one call of `/v1/embeddings`: a vector for each input, in order
 * @throws Error when the provider answers with another number of vectors or dimensions
 */
export function createProviderEmbedder(options: {
  readonly model: string;
  readonly dims: number;
  readonly call: (texts: readonly string[]) => Promise<readonly ArrayLike<number>[]>;
  readonly batch?: number;
}): Embedder {
  const { model, dims, call, batch = PROVIDER_BATCH } = options;
  return {
    id: `provider:${model}:${dims}`,
    dims,
    async embed(texts) {
      const vectors: Float32Array[] = [];
      for (let from = 0; from < texts.length; from += batch) {
        const asked = texts.slice(from, from + batch);
        const answered = await call(asked);
        if (answered.length !== asked.length)
          throw new Error(`${model} answered ${answered.length} vectors for ${asked.length} texts`);
        for (const values of answered) {
          if (values.length !== dims)
            throw new Error(`${model} answered a vector of ${values.length} dimensions instead of ${dims}`);
          vectors.push(normalised(Float32Array.from(values)));
        }
      }
      return vectors;
    },
  };
}

/**
 * Works offline and learned nothing: words, pairs of words and pieces of words, hashed with a sign into 256
 * dimensions (feature hashing, a random projection). It forgives other word order, endings and typing mistakes; it
 * knows no synonyms. For meaning take a model.
 */
export function createHashedEmbedder(): Embedder {
  return {
    id: `hashed-ngrams:v1:${HASHED_DIMS}`,
    dims: HASHED_DIMS,
    embed: async (texts) => texts.map(hashedVector),
  };
}

/** Scales to length 1, in place. A vector without direction stays 0, and is near nothing. */
export function normalised(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0 || !Number.isFinite(squares)) return vector.fill(0);
  const scale = 1 / Math.sqrt(squares);
  for (let at = 0; at < vector.length; at += 1) vector[at] = (vector[at] ?? 0) * scale;
  return vector;
}

function hashedVector(text: string): Float32Array {
  const vector = new Float32Array(HASHED_DIMS);
  const add = (feature: number, weight: number): void => {
    const hash = mix(feature);
    const at = hash % HASHED_DIMS;
    vector[at] = (vector[at] ?? 0) + ((hash >>> 31) * 2 - 1) * weight;
  };
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  let before = 0;
  for (const word of words) {
    const hash = hashOf(word, 0, word.length);
    // Words are rarer the longer they are: a stand-in for the frequencies that nobody counted.
    const weight = Math.min(word.length, 8) / 4;
    add(hash, weight);
    if (before !== 0) add(Math.imul(before, 31) ^ hash, weight / 2);
    before = hash;
    const padded = `<${word}>`;
    for (let at = 0; at + 3 <= padded.length; at += 1)
      add(hashOf(padded, at, at + 3) ^ 0x5bd1e995, weight / 4);
  }
  return normalised(vector);
}

function hashOf(text: string, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix(hash);
}
