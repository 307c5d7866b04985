/** What is asked for when a dataset is built. */
export type OutputFormat = 'jsonl_chat' | 'jsonl_prompt_completion' | 'jsonl_preference';

/** Formats that can be checked; rows for reinforcement fine-tuning are checked, and nothing is trained on them. */
export type RowFormat = OutputFormat | 'jsonl_reinforcement';

export type Role = 'system' | 'developer' | 'user' | 'assistant' | 'tool';

export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'refusal'; readonly refusal: string }
  | {
      readonly type: 'image_url';
      readonly image_url: { readonly url: string; readonly detail?: 'low' | 'high' | 'auto' };
    };

export interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

export interface Message {
  readonly role: Role;
  readonly content?: string | readonly ContentPart[] | null;
  readonly name?: string;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly ToolCall[];
  readonly tool_call_id?: string;
  /** Of an assistant message: 0 leaves it out of the loss. */
  readonly weight?: 0 | 1;
}

export interface Tool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description?: string;
    readonly parameters?: Readonly<Record<string, unknown>>;
    readonly strict?: boolean | null;
  };
}

/** A row for supervised fine-tuning. */
export interface ChatRow {
  readonly messages: readonly Message[];
  readonly tools?: readonly Tool[];
  readonly parallel_tool_calls?: boolean;
}

export interface PromptCompletionRow {
  readonly prompt: string;
  readonly completion: string;
}

/** A row for direct preference optimisation. */
export interface PreferenceRow {
  readonly input: ChatRow;
  readonly preferred_output: readonly Message[];
  readonly non_preferred_output: readonly Message[];
}

/**
 * A row for reinforcement fine-tuning: the messages end with the user's; all keys but `messages` and `tools` are the
 * graders' `item`.
 */
export interface ReinforcementRow {
  readonly messages: readonly Message[];
  readonly tools?: readonly Tool[];
  readonly [item: string]: unknown;
}

export type TrainingRow = ChatRow | PromptCompletionRow | PreferenceRow;

/** A row of any format that can be checked. */
export type CheckedRow = TrainingRow | ReinforcementRow;

/** Why a row was left out. */
export interface RowRejection {
  /** Stable, snake_case. */
  readonly code: string;
  /** JSON path into the row, `$.messages[0].content`. */
  readonly path: string;
  /** What is wrong and what is allowed. Never quotes the row: rejections are stored before anything is sanitised. */
  readonly message: string;
  readonly remedy: string;
}
