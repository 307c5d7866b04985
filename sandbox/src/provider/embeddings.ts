import { z } from 'zod';
import { badRequest } from './errors.ts';
import type { Call, Reply, Route } from './http.ts';
import { modelNotFound, modelOf } from './models.ts';
import { parseBody } from './schema.ts';
import type { Store } from './state/store.ts';
import { textTokens } from './tokens.ts';
import { textFeatures } from './training/features.ts';

const DIMENSIONS = 256;

const schema = z.looseObject({
  model: z.string().min(1),
  input: z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(2048)]),
  encoding_format: z.enum(['float', 'base64']).default('float'),
  dimensions: z.number().int().positive().optional(),
});

/** Hashed words and pairs of words, L2-normalised: near texts share words, nothing deeper. */
export function embed(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  const { ids, values } = textFeatures(text, DIMENSIONS);
  ids.forEach((id, at) => (vector[id] = values[at] ?? 0));
  return vector;
}

export function embeddingRoutes(store: Store): Route[] {
  return [{ method: 'post', path: '/v1/embeddings', target: 'embeddings', handle: create(store) }];
}

const create =
  (store: Store) =>
  ({ request, org }: Call): Reply => {
    const asked = parseBody(schema, request.body);
    const model = modelOf(store, org.id, asked.model);
    if (model.base.kind !== 'embedding') throw modelNotFound(asked.model);
    if (asked.dimensions !== undefined && asked.dimensions !== DIMENSIONS)
      throw badRequest(
        `The simulator embeds in ${DIMENSIONS} dimensions only.`,
        'dimensions',
        'invalid_value',
      );
    const texts = typeof asked.input === 'string' ? [asked.input] : asked.input;
    const tokens = texts.reduce((total, text) => total + textTokens(text), 0);
    store.count('embedding_calls');
    return {
      body: {
        object: 'list',
        data: texts.map((text, index) => ({
          object: 'embedding',
          index,
          embedding: encoded(embed(text), asked.encoding_format),
        })),
        model: model.id,
        usage: { prompt_tokens: tokens, total_tokens: tokens },
      },
    };
  };

const encoded = (vector: Float32Array, format: 'float' | 'base64'): number[] | string =>
  format === 'float' ? [...vector] : Buffer.from(vector.buffer).toString('base64');
