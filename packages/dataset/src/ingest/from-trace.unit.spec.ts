import { rowOfTrace, type TraceFeedback, type TraceLike } from './from-trace.ts';

const system = { role: 'system', content: 'Be short.' };
const asked = { role: 'user', content: 'Where is my card?' };
const answered = { role: 'assistant', content: 'Lost.' };
const trace = (messages: TraceLike['messages'], more: Partial<TraceLike> = {}): TraceLike => ({
  messages,
  tools: [],
  feedback: [],
  ...more,
});
const judged = (more: Partial<TraceFeedback>): TraceFeedback => ({
  messageIndex: 1,
  rating: 'down',
  correction: null,
  alternative: null,
  ...more,
});
const pairOf = (...feedback: TraceFeedback[]) => {
  const row = rowOfTrace(trace([asked, answered], { feedback }), 'jsonl_preference');
  if (!('value' in row)) return row.rejections[0]?.code;
  const { preferred_output, non_preferred_output } = row.value as Record<string, [{ content: string }]>;
  return [preferred_output?.[0].content, non_preferred_output?.[0].content];
};

describe('a trace as a chat row', () => {
  it('has the messages without what was not there, and tools only where there are some', () => {
    const recorded = { ...answered, name: null, tool_calls: null };
    expect(rowOfTrace(trace([asked, recorded]), 'jsonl_chat')).toEqual({
      value: { messages: [asked, answered] },
    });
    // What a call says by its arguments has no content.
    const calling = { role: 'assistant', content: null, tool_calls: [] };
    expect(rowOfTrace(trace([asked, calling], { tools: [{}] }), 'jsonl_chat')).toEqual({
      value: { messages: [asked, calling], tools: [{}] },
    });
  });
});

describe('a trace as prompt and completion', () => {
  it('has what stands before the answer in the prompt', () => {
    expect(rowOfTrace(trace([system, asked, answered]), 'jsonl_prompt_completion')).toEqual({
      value: { prompt: 'Be short.\n\nWhere is my card?', completion: 'Lost.' },
    });
  });

  it.each([
    ['a second turn', [asked, answered, asked, answered]],
    ['no answer', [asked]],
    ['no question', [answered]],
    ['a tool in between', [asked, { role: 'tool', content: 'x' }, answered]],
  ])('cannot be made with %s', (_what, messages) => {
    expect(rowOfTrace(trace(messages), 'jsonl_prompt_completion')).toMatchObject({
      rejections: [
        { code: 'not_single_turn', path: '$.messages', remedy: 'use jsonl_chat for conversations' },
      ],
    });
  });
});

describe('a trace as a preference', () => {
  it('prefers what a person wrote instead, whatever the rating', () => {
    expect(pairOf(judged({ correction: 'Sent.' }))).toEqual(['Sent.', 'Lost.']);
    expect(pairOf(judged({ rating: 'up', correction: 'Sent.', alternative: 'No idea.' }))).toEqual([
      'Sent.',
      'Lost.',
    ]);
  });

  it('compares with what the model said when asked again, by the rating', () => {
    expect(pairOf(judged({ alternative: 'Sent.' }))).toEqual(['Sent.', 'Lost.']);
    expect(pairOf(judged({ rating: 'up', alternative: 'No idea.' }))).toEqual(['Lost.', 'No idea.']);
  });

  it('takes the first judgement that there is something to compare with, of an answer that is one', () => {
    expect(
      pairOf(
        judged({}),
        judged({ messageIndex: 0, correction: 'x' }),
        judged({ messageIndex: 9, correction: 'x' }),
      ),
    ).toBe('no_preference');
    expect(pairOf(judged({}), judged({ correction: 'Sent.' }), judged({ correction: 'Later.' }))).toEqual([
      'Sent.',
      'Lost.',
    ]);
    expect(pairOf()).toBe('no_preference');
  });

  it('asks with what was said before the judged answer, and nothing behind it', () => {
    const row = rowOfTrace(
      trace([system, asked, answered, asked, answered], {
        feedback: [judged({ messageIndex: 2, correction: 'Sent.' })],
      }),
      'jsonl_preference',
    );
    expect(row).toMatchObject({ value: { input: { messages: [system, asked] } } });
  });
});
