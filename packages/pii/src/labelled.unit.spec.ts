import { LABELLED_STRUCTURED, readLabelled, score } from './testing/labelled.ts';

const all = readLabelled();
// By template, so that no sentence that the rules were tuned on has a sister among those that they are judged by.
const heldOut = all.filter(({ template }) => template % 2 === 1);

describe('against sentences that people labelled', () => {
  it.each([
    ['all', all],
    ['those held out', heldOut],
  ])('finds structured types better than Presidio does, in %s', (_which, rows) => {
    const { precision, recall, f1 } = score(rows, LABELLED_STRUCTURED, 'exact');
    expect(precision).toBeGreaterThan(0.98);
    expect(recall).toBeGreaterThan(0.81);
    expect(f1).toBeGreaterThan(0.888);
  });

  it.each([
    ['all', all],
    ['those held out', heldOut],
  ])('finds persons by their very offsets better than .65, in %s', (_which, rows) => {
    expect(score(rows, ['PERSON'], 'exact').f1).toBeGreaterThan(0.65);
  });

  it('loses nothing of structured types', () => {
    expect(score(all, LABELLED_STRUCTURED, 'exact')).toEqual({ precision: 1, recall: 1, f1: 1 });
  });

  it('holds what it has reached', () => {
    expect(score(heldOut, ['PERSON'], 'exact').f1).toBeGreaterThan(0.83);
    expect(score(heldOut, ['PERSON'], 'overlap').f1).toBeGreaterThan(0.85);
  });
});
