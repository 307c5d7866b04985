import type { Call, Reply, Route } from '../http.ts';
import { newId, nowSeconds } from '../ids.ts';
import { badRequest } from '../errors.ts';
import { modelOf, type FoundModel } from '../models.ts';
import { parseBody } from '../schema.ts';
import type { Store } from '../state/store.ts';
import { contentText, messageTokens, textTokens } from '../tokens.ts';
import { createRandom, hashText } from '../training/random.ts';
import { answerMessage, promptOf } from '../training/rows.ts';
import type { Candidate } from '../training/softmax.ts';
import { chatSchema, type ChatRequest } from './request.ts';
import { untrainedAnswer, valueFor } from './untrained.ts';
import type { Weights } from './weights.ts';

const FINGERPRINT = 'ftm-simulator';
/** Tokens that start the assistant's answer. */
const PRIMING = 3;

interface Answer {
  readonly message: {
    readonly role: 'assistant';
    readonly content: string | null;
    readonly refusal: null;
    readonly tool_calls?: unknown;
  };
  readonly finish: 'stop' | 'length' | 'tool_calls';
  readonly tokens: number;
}

export function chatRoutes(store: Store, weights: Weights): Route[] {
  return [{ method: 'post', path: '/v1/chat/completions', target: 'chat', handle: complete(store, weights) }];
}

const complete =
  (store: Store, weights: Weights) =>
  async ({ request, org }: Call): Promise<Reply> => {
    const asked = parseBody(chatSchema, request.body);
    const model = modelOf(store, org.id, asked.model);
    if (model.base.kind !== 'chat')
      throw badRequest(
        'This is not a chat model and thus not supported in the v1/chat/completions endpoint.',
        'model',
      );
    const text = await answerText(model, asked, weights);
    const answer = finished(text, asked);
    countCall(store, model.id, asked);
    const choices = Array.from({ length: asked.n ?? 1 }, (_, index) => ({
      index,
      message: answer.message,
      logprobs: null,
      finish_reason: answer.finish,
    }));
    const prompt = PRIMING + asked.messages.reduce((total, each) => total + messageTokens(each) - 1, 0);
    const completion = answer.tokens * choices.length;
    const usage = {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
    };
    const head = {
      id: newId('chatcmpl-', 29),
      created: nowSeconds(),
      model: model.id,
      service_tier: 'default',
      system_fingerprint: FINGERPRINT,
    };
    if (asked.stream !== true) return { body: { ...head, object: 'chat.completion', choices, usage } };
    return {
      events: chunks(
        head,
        answer,
        choices.length,
        asked.stream_options?.include_usage === true ? usage : undefined,
      ),
    };
  };

function countCall(store: Store, model: string, asked: ChatRequest): void {
  store.count('chat_calls');
  store.count('chat_calls_by_model', model);
  const pairs = Object.entries(asked.metadata ?? {}).toSorted(([left], [right]) => (left < right ? -1 : 1));
  if (pairs.length > 0)
    store.count('chat_calls_by_metadata', pairs.map(([key, value]) => `${key}=${value}`).join('&'));
}

async function answerText(model: FoundModel, asked: ChatRequest, weights: Weights): Promise<string> {
  const format = asked.response_format;
  if (model.kind === 'tuned') {
    const candidates = (await weights.candidates(model.record.weights))(promptOf(asked.messages));
    const chosen = choose(candidates, asked);
    if (chosen !== undefined) return chosen.answer;
  }
  if (format?.type === 'json_schema')
    return JSON.stringify(valueFor(format.json_schema?.schema, asked.messages));
  const text = untrainedAnswer(asked.messages);
  return format?.type === 'json_object' ? JSON.stringify({ answer: text }) : text;
}

/** The likeliest answer; with a seed and a temperature one drawn by chance, the same for the same request. */
function choose(
  candidates: readonly Candidate[],
  { seed, temperature, messages }: ChatRequest,
): Candidate | undefined {
  if (
    seed === undefined ||
    seed === null ||
    temperature === undefined ||
    temperature === null ||
    temperature === 0
  )
    return candidates[0];
  const asked = messages.map((each) => contentText(each.content)).join('\n');
  const random = createRandom(hashText(asked, seed))();
  const shares = candidates.map(({ probability }) => probability ** (1 / temperature));
  let left = random * shares.reduce((total, share) => total + share, 0);
  return candidates.find((_, index) => (left -= shares[index] ?? 0) <= 0) ?? candidates[0];
}

function finished(text: string, asked: ChatRequest): Answer {
  const { content, tool_calls } = answerMessage(text);
  if (tool_calls !== undefined)
    return {
      message: { role: 'assistant', content, refusal: null, tool_calls },
      finish: 'tool_calls',
      tokens: textTokens(text),
    };
  const limit = asked.max_completion_tokens ?? asked.max_tokens ?? Infinity;
  const words = (content ?? '').split(/(?<=\s)/u);
  let tokens = textTokens(content ?? '');
  const finish = tokens > limit ? 'length' : 'stop';
  while (tokens > limit && words.length > 0) {
    words.pop();
    tokens = textTokens(words.join(''));
  }
  return { message: { role: 'assistant', content: words.join(''), refusal: null }, finish, tokens };
}

function chunks(
  head: Readonly<Record<string, unknown>>,
  { message, finish }: Answer,
  choices: number,
  usage: unknown,
): unknown[] {
  const chunk = (index: number, delta: unknown, finish_reason: string | null) => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index, delta, logprobs: null, finish_reason }],
  });
  const pieces = (message.content ?? '').split(/(?<=\s)/u);
  const told = Array.from({ length: choices }, (_, index) => [
    chunk(index, { role: 'assistant', content: '', refusal: null }, null),
    ...(message.tool_calls === undefined
      ? pieces.map((content) => chunk(index, { content }, null))
      : [chunk(index, { tool_calls: withIndexes(message.tool_calls) }, null)]),
    chunk(index, {}, finish),
  ]).flat();
  return usage === undefined
    ? told
    : [...told, { ...head, object: 'chat.completion.chunk', choices: [], usage }];
}

const withIndexes = (calls: unknown): unknown[] =>
  (Array.isArray(calls) ? (calls as unknown[]) : []).map((call, index) => ({ index, ...(call as object) }));
