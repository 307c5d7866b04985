import type { OutputFormat, RowRejection } from '../rows/row.ts';
import { BUILD_REMEDIES } from '../build/remedies.ts';
import type { SourceRow } from './source.ts';

/** What somebody thought of an answer. */
export interface TraceFeedback {
  /** Which message it is about; an assistant's. */
  readonly messageIndex: number;
  readonly rating: 'up' | 'down';
  /** What a person wrote instead. */
  readonly correction: string | null;
  /** What the model said when it was asked again. */
  readonly alternative: string | null;
}

/** A recorded conversation. */
export interface TraceLike {
  readonly messages: readonly Readonly<Record<string, unknown>>[];
  readonly tools: readonly unknown[];
  readonly feedback: readonly TraceFeedback[];
}

const no = (code: keyof typeof BUILD_REMEDIES, path: string, message: string): SourceRow['row'] => ({
  rejections: [{ code, path, message, remedy: BUILD_REMEDIES[code] } satisfies RowRejection],
});

/** The row that a trace becomes in a format, not validated yet; or why it cannot become one. */
export function rowOfTrace(trace: TraceLike, format: OutputFormat): SourceRow['row'] {
  switch (format) {
    case 'jsonl_chat':
      return { value: chat(trace, trace.messages) };
    case 'jsonl_prompt_completion':
      return promptCompletion(trace.messages);
    case 'jsonl_preference':
      return preference(trace);
  }
}

const chat = (
  { tools }: TraceLike,
  messages: TraceLike['messages'],
): { messages: unknown[]; tools?: readonly unknown[] } => ({
  messages: messages.map(withoutNulls),
  ...(tools.length === 0 ? {} : { tools }),
});

/** Recorders write null for what was not there; the provider knows only what is. */
function withoutNulls(message: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(message).filter(([key, value]) => value !== null || key === 'content'),
  );
}

function promptCompletion(messages: TraceLike['messages']): SourceRow['row'] {
  const said = messages.filter(({ role }) => role !== 'system' && role !== 'developer');
  const [asked, answered] = said;
  if (said.length !== 2 || asked?.['role'] !== 'user' || answered?.['role'] !== 'assistant')
    return no(
      'not_single_turn',
      '$.messages',
      'a prompt and completion is one question and one answer; the trace has more or other messages',
    );
  const before = messages
    .filter(({ role }) => role === 'system' || role === 'developer')
    .map(({ content }) => content);
  const prompt = [...before, asked['content']];
  return {
    value: {
      prompt: prompt.every((text) => typeof text === 'string') ? prompt.join('\n\n') : null,
      completion: answered['content'],
    },
  };
}

/** The first answer that somebody judged, and something to compare it with. */
function preference(trace: TraceLike): SourceRow['row'] {
  for (const { messageIndex, rating, correction, alternative } of trace.feedback) {
    const judged = trace.messages[messageIndex];
    if (judged?.['role'] !== 'assistant') continue;
    const pair =
      correction !== null
        ? { better: correction, worse: judged['content'] }
        : alternative === null
          ? null
          : rating === 'up'
            ? { better: judged['content'], worse: alternative }
            : { better: alternative, worse: judged['content'] };
    if (pair === null) continue;
    return {
      value: {
        input: chat(trace, trace.messages.slice(0, messageIndex)),
        preferred_output: [{ role: 'assistant', content: pair.better }],
        non_preferred_output: [{ role: 'assistant', content: pair.worse }],
      },
    };
  }
  return no('no_preference', '$.feedback', 'nobody judged an answer of the trace against another one');
}
