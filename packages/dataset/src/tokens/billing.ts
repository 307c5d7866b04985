import type { EncodingName } from './encoding.ts';

/** How a model's training tokens are counted. */
export interface BillingRules {
  readonly encoding: EncodingName;
  /** Tokens of a row beyond which the provider cuts it; null when it is not known. */
  readonly limit: number | null;
  /** Role, start and end of a message, on top of its content. */
  readonly perMessage: number;
  readonly perName: number;
  /** Frame of a tool call around its name and arguments. Nobody documents it: calibration corrects it. */
  readonly perToolCall: number;
  readonly tools: ToolRules;
  readonly images: ImageRules;
}

/** Of the provider's cookbook: tools are billed as the lines that they are rendered to. */
interface ToolRules {
  readonly perFunction: number;
  readonly anyProperties: number;
  readonly perProperty: number;
  readonly anyEnum: number;
  readonly perEnumItem: number;
  /** Once a row. */
  readonly end: number;
}

/** Of the provider's guide to images: a base, and so many for each tile of 512 × 512. */
interface ImageRules {
  readonly base: number;
  readonly perTile: number;
}

const tools = (perFunction: number): ToolRules => ({
  perFunction,
  anyProperties: 3,
  perProperty: 3,
  anyEnum: -3,
  perEnumItem: 3,
  end: 12,
});

const FRAME = { perMessage: 4, perName: 1, perToolCall: 3 };
const TILES = { base: 85, perTile: 170 };
const O200K = { ...FRAME, encoding: 'o200k_base', tools: tools(7), images: TILES } as const;
const CL100K = { ...FRAME, encoding: 'cl100k_base', tools: tools(10), images: TILES } as const;

/** By start of a model's name; the longest that fits wins. */
const RULES: Readonly<Record<string, BillingRules>> = {
  'gpt-4.1': { ...O200K, limit: 65_536 },
  'gpt-4o': { ...O200K, limit: 65_536 },
  'gpt-4o-mini': { ...O200K, limit: 65_536, images: { base: 2833, perTile: 5667 } },
  'gpt-4': { ...CL100K, limit: 8192 },
  'gpt-3.5-turbo': { ...CL100K, limit: 16_385 },
  'gpt-35-turbo': { ...CL100K, limit: 16_385 },
};

/**
 * Rules for a model, or a fine-tuned one (`ft:<base>:…`) by its base; an unknown model is counted as the newest ones
 * are, without a limit.
 */
export function billingRules(model: string): BillingRules {
  const base = model.startsWith('ft:') ? (model.split(':')[1] ?? model) : model;
  const [longest] = Object.keys(RULES)
    .filter((prefix) => base === prefix || base.startsWith(`${prefix}-`))
    .sort((a, b) => b.length - a.length);
  return (longest === undefined ? undefined : RULES[longest]) ?? { ...O200K, limit: null };
}
