import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { fingerprint } from './canonical.ts';
import { createConflictIndex } from './conflicts.ts';

const dir = mkdtempSync(join(tmpdir(), 'conflicts-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe('conflicts: the same prompt, different answers', () => {
  test('are the groups that a map of the texts gives, the largest first', async () => {
    const row = fc.record({ prompt: fc.constantFrom('p', 'q', 'r', 's'), answer: fc.constantFrom('x', 'y') });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 30 }), async (rows) => {
        const index = createConflictIndex({ dir });
        rows.forEach(({ prompt, answer }, number) =>
          index.add({ number, prompt: fingerprint(prompt), answer: fingerprint(answer) }),
        );
        const expected = [...new Set(rows.map(({ prompt }) => prompt))]
          .map((of) => [...rows.entries()].filter(([, { prompt }]) => prompt === of))
          .map((group) => ({
            rows: group.map(([number]) => number),
            rowCount: group.length,
            answerCount: new Set(group.map(([, { answer }]) => answer)).size,
          }))
          .filter(({ answerCount }) => answerCount > 1)
          .sort((a, b) => b.rowCount - a.rowCount || (a.rows[0] ?? 0) - (b.rows[0] ?? 0));
        const report = await index.report();
        expect(report).toEqual({
          prompts: expected.length,
          rows: expected.reduce((total, { rowCount }) => total + rowCount, 0),
          groups: expected,
        });
        index.close();
      }),
    );
  }, 60_000);

  test('are told apart where prompts share the first half of a fingerprint', async () => {
    const index = createConflictIndex({});
    [
      [1, 2],
      [1, 3],
      [1, 2],
    ].forEach((prompt, number) =>
      index.add({ number, prompt: Uint32Array.from(prompt), answer: fingerprint(`${number}`) }),
    );
    expect((await index.report()).groups).toEqual([{ rows: [0, 2], rowCount: 2, answerCount: 2 }]);
  }, 60_000);

  test('are all counted, and reported up to the bounds', async () => {
    const index = createConflictIndex({ dir, maxGroups: 3, maxRowsPerGroup: 2 });
    for (let number = 0; number < 60_000; number += 1)
      index.add({ number, prompt: fingerprint(`${number % 20_000}`), answer: fingerprint(`${number}`) });
    expect(await index.report()).toEqual({
      prompts: 20_000,
      rows: 60_000,
      groups: [0, 1, 2].map((first) => ({ rows: [first, first + 20_000], rowCount: 3, answerCount: 3 })),
    });
    expect(index.bytes).toBeLessThan(100_000);
    index.close();
  }, 60_000);
});
