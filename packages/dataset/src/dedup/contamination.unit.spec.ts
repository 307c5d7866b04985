import type { Message, TrainingRow } from '../rows/row.ts';
import { createContaminationIndex, type EvalPrompt } from './contamination.ts';
import { exactJaccard, plant, questions, seeded } from './testing/planted.ts';

const row = (text: string, ...before: Message[]): TrainingRow => ({
  messages: [...before, { role: 'user', content: text }, { role: 'assistant', content: 'answer' }],
});
const evalCase = (id: number, ...texts: string[]): EvalPrompt => ({
  suite: 'suite',
  case: `${id}`,
  questions: texts,
});

describe('eval cases in training rows', () => {
  const random = seeded(21);
  const asked = questions(800, random);
  const index = createContaminationIndex(asked.map((text, id) => evalCase(id, text)));

  test('are found whenever a row has them in other case, as brute force over all cases does', () => {
    for (const { text, of } of plant(asked, 600, random).slice(asked.length)) {
      const best = Math.max(...(of === null ? [] : [exactJaccard(asked[of] ?? '', text)]));
      const match = index.find(row(text));
      if (best >= 0.8) expect(match).toMatchObject({ suite: 'suite', case: `${of}` });
      if (match?.kind === 'near')
        expect(match.similarity).toBeCloseTo(exactJaccard(asked[Number(match.case)] ?? '', text), 12);
    }
  }, 60_000);

  test('are found inside longer prompts, wherever they stand', () => {
    const filler = questions(3, seeded(99), 80);
    asked.slice(0, 300).forEach((text, id) => {
      if (text.split(' ').length < 6) return;
      const [before = '', after = '', other = ''] = filler;
      for (const contaminated of [
        row(`${before} ${text} ${after}`),
        row(other, { role: 'system', content: `Examples: ${text}` }),
        row(other, { role: 'user', content: before }, { role: 'assistant', content: `${text} ${after}` }),
        { prompt: `${before}\n${text}\n${after}`, completion: 'x' },
      ])
        expect(index.find(contaminated)).toEqual({
          suite: 'suite',
          case: `${id}`,
          kind: 'contained',
          similarity: 1,
        });
    });
  }, 60_000);

  test('are not found in rows that ask something else', () => {
    for (const text of questions(2000, seeded(77))) expect(index.find(row(text))).toBeNull();
  }, 60_000);

  test('are named by the most similar one, the earlier of equals', () => {
    const many = createContaminationIndex([
      evalCase(1, 'please tell me how do i close my account for good today'),
      evalCase(2, 'how do i close my account for good today'),
      evalCase(3, 'how do i close my account for good today'),
    ]);
    expect(many.find(row('How do I close my account for good today?!'))).toEqual({
      suite: 'suite',
      case: '2',
      kind: 'near',
      similarity: 1,
    });
    expect(many.find(row('how do I close my account for  good TODAY'))).toEqual({
      suite: 'suite',
      case: '2',
      kind: 'exact',
      similarity: 1,
    });
  }, 60_000);

  test('are the same in one message of a dialogue, and in all of them', () => {
    const dialogue = createContaminationIndex([evalCase(1, 'Hi', 'Is it open?'), evalCase(2, 'Bye')]);
    const said = (...texts: string[]): TrainingRow => ({
      messages: [
        ...texts.flatMap((content): Message[] => [
          { role: 'user', content },
          { role: 'assistant', content: 'ok' },
        ]),
      ],
    });
    expect(dialogue.find(said('hi', 'is it OPEN?'))).toMatchObject({ case: '1', kind: 'exact' });
    expect(dialogue.find(said('so', 'bye'))).toMatchObject({ case: '2', kind: 'exact' });
    expect(dialogue.find(said('hi', 'is it late?'))).toBeNull();
  }, 60_000);

  test('of few words are not found by chance inside other text, and empty ones never', () => {
    const short = createContaminationIndex([
      evalCase(1, 'thank you'),
      evalCase(2, 'where is my card'),
      evalCase(3, '  '),
    ]);
    expect(short.find(row('i do not know where is my card and i thank you'))).toBeNull();
    expect(short.find(row(''))).toBeNull();
    expect(short.find(row('Where is my card'))).toMatchObject({ case: '2', kind: 'exact' });
    expect(createContaminationIndex([]).find(row('a'))).toBeNull();
  }, 60_000);
});
