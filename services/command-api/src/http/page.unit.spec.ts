import { numberCursor, pageOf, pageOfAll, wholeList } from './page.ts';

describe('a page', () => {
  it('says that another follows when one more was read, and where it begins', () => {
    expect(pageOf([1, 2, 3], 2, String)).toEqual({
      object: 'list',
      data: [1, 2],
      has_more: true,
      next_cursor: '2',
    });
  });

  it('is the last when no more was read', () => {
    expect(pageOf([1, 2], 2, String)).toEqual(wholeList([1, 2]));
    expect(pageOf([], 2, String)).toEqual(wholeList([]));
  });

  it('follows the one before it, without a gap and without a repeat', () => {
    const all = ['a', 'b', 'c', 'd', 'e'];
    const seen: string[] = [];
    for (let cursor: string | undefined, more = true; more;) {
      const page = pageOfAll(all, { limit: 2, cursor });
      seen.push(...page.data);
      cursor = page.next_cursor ?? undefined;
      more = page.has_more;
    }
    expect(seen).toEqual(all);
  });

  it('begins at the beginning without a cursor', () => {
    expect([numberCursor(undefined), numberCursor('7')]).toEqual([0, 7]);
  });
});
