import type { ChatRow, ContentPart, Message, PreferenceRow, Tool, TrainingRow } from '../rows/row.ts';
import { billingRules, type BillingRules } from './billing.ts';
import { loadEncoding, type Encoding } from './encoding.ts';
import { imageTokens } from './images.ts';

export interface RowTokens {
  /** Of the whole row. */
  readonly tokens: number;
  /** What the provider trains on and bills, once an epoch: the tokens up to its limit. */
  readonly billable: number;
  /** The provider would cut its end off. */
  readonly cut: boolean;
  /** Messages that carry a frame; calibration needs their number. */
  readonly messages: number;
  /** Images whose size could not be read, so that theirs are assumed. */
  readonly assumedImages: number;
}

export interface TokenCounter {
  readonly model: string;
  readonly rules: BillingRules;
  text(text: string): number;
  row(row: TrainingRow): RowTokens;
}

/** Counts as the provider bills training of the model. */
export async function createTokenCounter(model: string): Promise<TokenCounter> {
  const rules = billingRules(model);
  const encoding = await loadEncoding(rules.encoding);
  return {
    model,
    rules,
    text: (text) => encoding.count(text),
    row: (row) => countRow(row, rules, encoding),
  };
}

function countRow(row: TrainingRow, rules: BillingRules, { count }: Encoding): RowTokens {
  let assumedImages = 0;
  let messages = 0;

  function content(given: Message['content']): number {
    if (typeof given === 'string') return count(given);
    return sum(given ?? [], part);
  }

  function part(given: ContentPart): number {
    switch (given.type) {
      case 'text':
        return count(given.text);
      case 'refusal':
        return count(given.refusal);
      case 'image_url': {
        const { tokens, assumed } = imageTokens(given.image_url, rules);
        if (assumed) assumedImages += 1;
        return tokens;
      }
    }
  }

  function message(given: Message): number {
    messages += 1;
    return (
      rules.perMessage +
      content(given.content) +
      (given.name === undefined ? 0 : rules.perName + count(given.name)) +
      (typeof given.refusal === 'string' ? count(given.refusal) : 0) +
      sum(
        given.tool_calls ?? [],
        (call) => rules.perToolCall + count(call.function.name) + count(call.function.arguments),
      )
    );
  }

  const chat = (given: ChatRow): number =>
    sum(given.messages, message) + toolTokens(given.tools ?? [], rules, count);
  const preference = (given: PreferenceRow): number =>
    chat(given.input) + sum(given.preferred_output, message) + sum(given.non_preferred_output, message);

  const tokens = totalOf(row, { chat, preference, text: count });
  const limit = rules.limit ?? Infinity;
  return { tokens, billable: Math.min(limit, tokens), cut: tokens > limit, messages, assumedImages };
}

function totalOf(
  row: TrainingRow,
  by: {
    readonly chat: (row: ChatRow) => number;
    /** Both answers are trained on. */
    readonly preference: (row: PreferenceRow) => number;
    readonly text: (text: string) => number;
  },
): number {
  if ('messages' in row) return by.chat(row);
  if ('input' in row) return by.preference(row);
  return by.text(row.prompt) + by.text(row.completion);
}

/**
 * Every function becomes a line `name:description`, every property one `name:type:description`; a full stop at the
 * end is left away.
 */
function toolTokens(
  given: readonly Tool[],
  { tools }: BillingRules,
  count: (text: string) => number,
): number {
  const line = (...words: readonly unknown[]): number =>
    count(words.map(wordOf).join(':').replace(/\.$/, ''));

  /** Objects inside of objects and arrays are taken to be rendered the same way. */
  function properties(schema: unknown): number {
    const found = Object.entries(objectOf(objectOf(schema)['properties']));
    if (found.length === 0) return 0;
    return tools.anyProperties + sum(found, ([name, value]) => property(name, objectOf(value)));
  }

  function property(name: string, schema: Readonly<Record<string, unknown>>): number {
    const choices: readonly unknown[] = Array.isArray(schema['enum']) ? schema['enum'] : [];
    return (
      tools.perProperty +
      line(name, schema['type'], schema['description']) +
      (choices.length === 0 ? 0 : tools.anyEnum) +
      sum(choices, (choice) => tools.perEnumItem + count(wordOf(choice))) +
      properties(schema) +
      properties(schema['items'])
    );
  }

  if (given.length === 0) return 0;
  return (
    tools.end +
    sum(
      given,
      ({ function: { name, description, parameters } }) =>
        tools.perFunction + line(name, description) + properties(parameters),
    )
  );
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const wordOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

const sum = <T>(items: readonly T[], tokens: (item: T) => number): number =>
  items.reduce((total, item) => total + tokens(item), 0);
