import { createAnalyser } from '@ftm/dataset/build/analyse-rows';
import { textsOf, withTexts } from '@ftm/dataset/ingest/texts';
import type { ChatRow } from '@ftm/dataset/rows/row';
import { createPseudonymiser } from '@ftm/pii/pseudonyms';
import { STRUCTURED } from '@ftm/pii/types';
import { analysisRules, USUAL_MODEL } from './rules.ts';

const sanitise = createPseudonymiser(Buffer.from('a key of these specs'));
const sanitised = (row: ChatRow): ChatRow =>
  withTexts(row, sanitise(textsOf(row), [...STRUCTURED, 'PERSON']).texts);

const chat = (question: ChatRow['messages'][number]['content'], answer: typeof question): ChatRow => ({
  messages: [
    { role: 'user', content: question ?? null },
    { role: 'assistant', content: answer ?? null },
  ],
});
const calling = (args: object): ChatRow => ({
  messages: [
    { role: 'user', content: 'Log me in' },
    {
      role: 'assistant',
      tool_calls: [
        { id: 'call_1', type: 'function', function: { name: 'login', arguments: JSON.stringify(args) } },
      ],
    },
  ],
});

let personalRows: (rows: readonly ChatRow[]) => readonly number[];
beforeAll(async () => {
  const rules = await analysisRules({ format: 'jsonl_chat', images: 'refused', model: USUAL_MODEL });
  const analyse = createAnalyser(
    {
      split: { validationFraction: 0, by: 'random', seed: 1 },
      near: false,
      cases: [],
      contaminationThreshold: 1,
    },
    rules,
  );
  personalRows = (rows) =>
    analyse({
      ...{ next: null, rowsRead: rows.length, inputSha256: '', rejected: [], redactions: {}, scanIds: [] },
      ...{ policyVersion: null, blocked: false },
      rows: rows.map((row, at) => ({ number: at + 1, ref: null, group: null, at: null, row })),
    }).personal;
});

describe('the second look at rows that came back from the sanitiser', () => {
  it('reads values, never the row as it is written: a number in a part of a message is no number of a telephone', () => {
    const row = chat(
      [{ type: 'text', text: 'What is two to the power of 24?' }],
      [{ type: 'text', text: '16777216' }],
    );
    expect(sanitised(row)).toEqual(row);
    expect(personalRows([row])).toEqual([]);
  });

  it('leaves sums as they are', () => {
    const row = chat(
      'A park had 30000 visitors in spring and 11520 in autumn. How many more in spring?',
      'The difference is 30000-11520=18480.',
    );
    expect(sanitised(row)).toEqual(row);
    expect(personalRows([row])).toEqual([]);
  });

  it.each([
    ['password', 'hunter2222'],
    ['date_of_birth', '1990-02-03'],
    ['dob', '1990-02-03'],
    ['api_key', '9f8e7d6c5b4a39281706f5e4'],
    ['phone', '0612345678'],
  ])('knows by the field’s name what the sanitiser knows: %s', (field, value) => {
    const row = calling({ [field]: value });
    expect(JSON.stringify(sanitised(row))).not.toContain(value);
    expect(personalRows([row])).toEqual([1]);
    expect(personalRows([sanitised(row)])).toEqual([]);
  });

  it('takes a field of another name for nothing', () => {
    const row = calling({ order_id: '4155550132', amount: 61234567, note: 'fine' });
    expect(sanitised(row)).toEqual(row);
    expect(personalRows([row])).toEqual([]);
  });

  it('stops no dataset for what may be something else, though the sanitiser replaces it', () => {
    const row = chat('The code is 978-249-9678', 'Thanks');
    expect(sanitised(row)).not.toEqual(row);
    expect(personalRows([row])).toEqual([]);
  });

  it('stops one for what is beyond doubt, wherever it was left', () => {
    expect(
      personalRows([
        chat('Hello', 'Hi'),
        chat('Write to jo@example.org', 'Yes'),
        calling({ to: '+44 20 7946 0958' }),
      ]),
    ).toEqual([2, 3]);
  });
});
