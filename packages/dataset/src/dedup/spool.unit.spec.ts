import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { createSpool } from './spool.ts';

const dir = mkdtempSync(join(tmpdir(), 'spool-'));
afterAll(() => rmSync(dir, { recursive: true }));

describe.each([
  ['in memory', undefined],
  ['in a file', dir],
])('a spool %s', (_, where) => {
  test('gives back any stretch of what was appended', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        (sizes, seed) => {
          const spool = createSpool(where);
          let next = 0;
          for (const size of sizes) spool.append(Uint32Array.from({ length: size }, () => next++));
          spool.push(next++);
          expect(spool.length).toBe(next);
          const offset = seed % next;
          const into = new Uint32Array(Math.min(next - offset, 30_000));
          spool.read(offset, into);
          expect(into[0]).toBe(offset);
          expect(into.every((word, at) => word === offset + at)).toBe(true);
          expect(() => spool.read(offset, new Uint32Array(next - offset + 1))).toThrow(/the spool has/);
          spool.close();
        },
      ),
      { numRuns: 40 },
    );
  });
});

test('a spool in a file holds one block in memory, and its file has no name', () => {
  const spool = createSpool(dir);
  const before = spool.bytes;
  spool.append(new Uint32Array(200_000));
  expect(spool.bytes).toBe(before);
  expect(readdirSync(dir)).toEqual([]);
  spool.close();
  spool.close();
});
