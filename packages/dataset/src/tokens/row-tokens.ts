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

  /** Of a whole schema; what a `$ref` of its points to is counted once, and added wherever it is used. */
  function parametersTokens(root: unknown): number {
    const referred = new Map<string, number>();
    let depth = 0;

    const enumTokens = ({ enum: choices }: Schema): number =>
      Array.isArray(choices) && choices.length > 0
        ? tools.anyEnum + sum(choices, (choice) => tools.perEnumItem + count(wordOf(choice)))
        : 0;

    /** Objects inside of objects, arrays and alternatives are taken to be rendered the same way. */
    function properties(given: unknown): number {
      const schema = objectOf(given);
      const found = Object.entries(objectOf(schema['properties']));
      return (
        (found.length === 0
          ? 0
          : tools.anyProperties + sum(found, ([name, value]) => property(name, value))) +
        reference(schema['$ref']) +
        sum(INNER, (key) => (key in schema ? within(schema[key]) : 0)) +
        sum(ARMS, (key) => sum(listOf(schema[key]), arm))
      );
    }

    function property(name: string, given: unknown): number {
      const schema = objectOf(given);
      const target = targetOf(root, schema['$ref']);
      const description = schema['description'] ?? target['description'];
      return tools.perProperty + line(name, typeOf({ ...target, ...schema }), description) + within(schema);
    }

    const within = (schema: unknown): number => enumTokens(objectOf(schema)) + properties(schema);

    const arm = (given: unknown): number => {
      const { description } = objectOf(given);
      return (description === undefined ? 0 : line(description)) + within(given);
    };

    /** Nothing for one that is being counted: a schema that contains itself has an end in what is rendered. */
    function reference(to: unknown): number {
      if (typeof to !== 'string' || depth >= MAX_REFERENCES) return 0;
      const known = referred.get(to);
      if (known !== undefined) return known;
      referred.set(to, 0);
      depth += 1;
      const tokens = within(targetOf(root, to));
      depth -= 1;
      referred.set(to, tokens);
      return tokens;
    }

    return properties(root);
  }

  if (given.length === 0) return 0;
  return (
    tools.end +
    sum(
      given,
      ({ function: { name, description, parameters } }) =>
        tools.perFunction + line(name, description) + parametersTokens(parameters),
    )
  );
}

type Schema = Readonly<Record<string, unknown>>;

/** Where a schema has another one of which all is counted, and where it has several. */
const INNER = ['items', 'additionalProperties'];
const ARMS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
/** References behind one another that are followed. */
const MAX_REFERENCES = 64;

/** What `#/$defs/Name` points to inside of the root; an empty schema where it is nothing. */
function targetOf(root: unknown, to: unknown): Schema {
  if (typeof to !== 'string' || !to.startsWith('#')) return {};
  const steps = to.split('/').slice(1);
  return objectOf(
    steps.reduce<unknown>((at, step) => {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
      return Object.hasOwn(objectOf(at), key) ? objectOf(at)[key] : undefined;
    }, root),
  );
}

/** The type as it is named, or as its alternatives are. */
const typeOf = (schema: Schema): unknown =>
  schema['type'] ??
  (ARMS.flatMap((key) => listOf(schema[key]).map((each) => wordOf(objectOf(each)['type'])))
    .filter((type) => type !== '')
    .join('|') ||
    undefined);

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const wordOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

const sum = <T>(items: readonly T[], tokens: (item: T) => number): number =>
  items.reduce((total, item) => total + tokens(item), 0);
