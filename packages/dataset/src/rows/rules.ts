import type { Rejections } from './rejections.ts';
import type { RowFormat } from './row.ts';

/** What a row is checked against. */
export interface RowRules {
  readonly format: RowFormat;
  /** Azure lets preference outputs have several messages, names of authors fewer characters, and ends with an answer. */
  readonly provider: 'openai' | 'azure';
  readonly images: 'refused' | 'allowed';
  /** Of a line, before it is read. */
  readonly maxLineBytes: number;
  /** Levels of objects and lists in a row. */
  readonly maxDepth: number;
  /** Objects, lists and what is in them, in a row. */
  readonly maxValues: number;
  /** Levels of schemas in a tool's parameters. */
  readonly maxSchemaDepth: number;
  /** Rejections that are listed of one row. */
  readonly maxRejections: number;
}

/** A row of 65,536 tokens, after which the provider cuts, has about 300 kB. */
const MAX_TEXT_LINE_BYTES = 4 * 1024 * 1024;
/** Ten images of ten megabytes in base64, and text. */
const MAX_IMAGE_LINE_BYTES = 144 * 1024 * 1024;

/** The rules with defaults for what is not given: OpenAI's, images refused. */
export function rowRules(given: Partial<RowRules> & Pick<RowRules, 'format'>): RowRules {
  const images = given.images ?? 'refused';
  return {
    provider: 'openai',
    images,
    maxLineBytes: images === 'allowed' ? MAX_IMAGE_LINE_BYTES : MAX_TEXT_LINE_BYTES,
    maxDepth: 64,
    maxValues: 500_000,
    maxSchemaDepth: 10,
    maxRejections: 100,
    ...given,
  };
}

/** What is odd about a row that the provider takes. */
export type RowWarningCode = 'last_message_not_assistant';

/** What the checks of one row share. */
export interface RowCheck {
  readonly rules: RowRules;
  readonly rejections: Rejections;
  readonly warnings: RowWarningCode[];
  /** Images seen so far. */
  images: number;
}
