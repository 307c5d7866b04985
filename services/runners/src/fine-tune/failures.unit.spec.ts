import { rowsIn } from './failures.ts';

describe('rows that a provider names', () => {
  it.each([
    [['Invalid file format. Line 4: bad. Line 12: bad.'], [4, 12]],
    [
      ['Example #3 has no assistant message', 'row 1, row 3'],
      [1, 3],
    ],
    [['Training file has 7 example(s), but must have at least 10 examples'], []],
    [['the deadline 12 has passed'], []],
  ])('in %j are %j', (messages, rows) => {
    expect(rowsIn(messages)).toEqual(rows);
  });
});
