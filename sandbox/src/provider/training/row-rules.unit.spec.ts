import fc from 'fast-check';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { CLEAN_ROWS } from '@ftm/dataset/rows/testing/clean-rows';
import { rowRules, type RowRules } from '@ftm/dataset/rows/rules';
import { validateRow } from '@ftm/dataset/rows/validate-row';
import { validateStream } from '@ftm/dataset/rows/validate-stream';
import { banking77 } from '../../orchestrator/traces/banking77.ts';
import { createRandom } from './random.ts';
import { preferenceRowError, supervisedRowError } from './row-rules.ts';

const TIMEOUT_MS = 60_000;

const CHAT = rowRules({ format: 'jsonl_chat' });
const PREFERENCE = rowRules({ format: 'jsonl_preference' });
const SGD = join(import.meta.dirname, '../../../data/sgd-dialogues.jsonl');

const providerError = (row: unknown, rules: RowRules): string | undefined =>
  rules.format === 'jsonl_preference' ? preferenceRowError(row) : supervisedRowError(row);

async function* jsonl(rows: Iterable<unknown>): AsyncGenerator<Uint8Array> {
  for (const row of rows) yield Buffer.from(`${JSON.stringify(row)}\n`);
}

/** Rows that either side refuses; there should be none. */
async function refused(source: AsyncIterable<Uint8Array>, rules: RowRules) {
  const { rows, summary } = validateStream(source, rules);
  const found: unknown[] = [];
  for await (const { line, row, rejections } of rows) {
    const error = row === undefined ? undefined : providerError(row, rules);
    if (row === undefined || error !== undefined) found.push({ line, rejections, error });
  }
  return { found, summary: summary() };
}

const questions = [...banking77('train'), ...banking77('test')];

const chatRows = () =>
  questions.map(({ text, category }) => ({
    messages: [
      { role: 'system', content: 'Answer with the intent of the customer question.' },
      { role: 'user', content: text },
      { role: 'assistant', content: category },
    ],
  }));

const preferenceRows = () =>
  questions.slice(0, 1000).map(({ text, category }) => ({
    input: { messages: [{ role: 'user', content: text }] },
    preferred_output: [{ role: 'assistant', content: category }],
    non_preferred_output: [{ role: 'assistant', content: `not ${category}` }],
  }));

/** Dialogues that look something up, with 0 to 3 calls at once in 1 to 3 turns, answered in any order. */
function* toolRows(count: number): Generator {
  const random = createRandom(5);
  const below = (limit: number): number => Math.floor(random() * limit);
  for (let row = 0; row < count; row += 1) {
    const names = ['find_card', 'find-transfer', 'rate_2'].slice(0, 1 + below(3));
    const messages: unknown[] = [];
    for (let turn = below(3); turn >= 0; turn -= 1) {
      messages.push({ role: 'user', content: questions[below(questions.length)]?.text });
      const calls = Array.from({ length: below(4) }, (_, call) => ({
        id: `call_${turn}_${call}`,
        type: 'function',
        function: {
          name: names[below(names.length)],
          arguments: JSON.stringify({
            customer: below(1000),
            note: questions[below(questions.length)]?.text,
          }),
        },
      }));
      if (calls.length > 0) {
        messages.push({ role: 'assistant', ...(below(2) === 0 ? { content: null } : {}), tool_calls: calls });
        if (turn === 0 && below(3) === 0) break;
        const answers = calls.map(({ id }) => ({
          role: 'tool',
          tool_call_id: id,
          content: '{"found":true}',
        }));
        messages.push(...(below(2) === 0 ? answers : answers.reverse()));
      }
      messages.push({ role: 'assistant', content: 'Found it.', ...(turn > 0 ? { weight: below(2) } : {}) });
    }
    yield {
      messages,
      tools: names.map((name) => ({
        type: 'function',
        function: {
          name,
          description: 'Looks something up.',
          parameters: {
            type: 'object',
            properties: { customer: { type: 'integer' }, note: { type: ['string', 'null'] } },
            required: ['customer'],
          },
          ...(below(2) === 0 ? { strict: false } : {}),
        },
      })),
      ...(below(2) === 0 ? { parallel_tool_calls: true } : {}),
    };
  }
}

describe('rows that are clean', () => {
  it(
    'are 13,083 customer questions, and none is refused here or by the provider',
    async () => {
      const { found, summary } = await refused(jsonl(chatRows()), CHAT);
      expect(found).toEqual([]);
      expect(summary).toMatchObject({ valid: true, rows: 13_083, warnings: [] });
    },
    TIMEOUT_MS,
  );

  it('are dialogues of people and assistants', async () => {
    const { found, summary } = await refused(createReadStream(SGD), CHAT);
    expect(found).toEqual([]);
    expect(summary).toMatchObject({ valid: true, rows: 102, warnings: [] });
  });

  it(
    'are 3,000 dialogues with tools',
    async () => {
      const { found, summary } = await refused(jsonl(toolRows(3000)), CHAT);
      expect(found).toEqual([]);
      expect(summary).toMatchObject({ valid: true, rows: 3000, warnings: [] });
    },
    TIMEOUT_MS,
  );

  it('are 1,000 preferences', async () => {
    const { found, summary } = await refused(jsonl(preferenceRows()), PREFERENCE);
    expect(found).toEqual([]);
    expect(summary).toMatchObject({ valid: true, rows: 1000 });
  });

  const taken = CLEAN_ROWS.filter(
    ({ rules }) =>
      rules.provider === 'openai' && (rules.format === 'jsonl_chat' || rules.format === 'jsonl_preference'),
  );
  it.each(taken.map((each) => [each.what, each] as const))(
    'with %s are taken by the provider too',
    (_what, each) => {
      expect(providerError(each.row, each.rules)).toBeUndefined();
    },
  );
});

it(
  'what the provider refuses is refused here',
  () => {
    const odd = fc.constantFrom<unknown>(undefined, null, 0, 1, '', 'a', [], {}, [
      { type: 'text', text: 'a' },
    ]);
    const message = fc.oneof(
      {
        weight: 9,
        arbitrary: fc.record({
          role: fc.constantFrom('system', 'user', 'assistant', 'tool', 'bot', undefined),
          content: odd,
          weight: fc.constantFrom(undefined, 0, 1, 2),
          tool_calls: odd,
          extra: fc.constantFrom(undefined, undefined, 1),
        }),
      },
      { weight: 1, arbitrary: odd },
    );
    const messages = fc.oneof(
      { weight: 9, arbitrary: fc.array(message, { maxLength: 3 }) },
      { weight: 1, arbitrary: odd },
    );
    const chat = fc.record({ messages, extra: fc.constantFrom(undefined, undefined, 1) });
    const preference = fc.record({
      input: fc.oneof(chat, odd),
      preferred_output: messages,
      non_preferred_output: messages,
    });
    const checked = fc.oneof(
      fc.tuple(chat, fc.constant(CHAT)),
      fc.tuple(preference, fc.constant(PREFERENCE)),
    );
    fc.assert(
      fc.property(checked, ([loose, rules]) => {
        const row: unknown = JSON.parse(JSON.stringify(loose));
        if (providerError(row, rules) !== undefined)
          expect(validateRow(row, rules).rejections).not.toEqual([]);
      }),
      { numRuns: 2000 },
    );
  },
  TIMEOUT_MS,
);
