import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { Page } from './parts.ts';

const query = z.strictObject(Page);

describe('a cursor', () => {
  it('is read as it was written', () => {
    const id = randomUUID();
    expect(decodeCursor(encodeCursor({ micros: '1764000000123456', id }))).toEqual({
      micros: '1764000000123456',
      id,
    });
  });
  it('says in the document what it is, so that whoever sends such a one is understood', () => {
    const { properties } = z.toJSONSchema(query, { io: 'input' }) as unknown as {
      properties: { cursor: { pattern: string } };
    };
    const pattern = new RegExp(properties.cursor.pattern);
    fc.assert(
      fc.property(fc.stringMatching(pattern), (text) => {
        expect(query.safeParse({ cursor: text }).success).toBe(true);
        expect(decodeCursor(text)).toBeDefined();
      }),
    );
  });
  it.each(['', 'AAAA', '1764.not-an-id', "1764'.00000000-0000-0000-0000-000000000000"])(
    'is not %j',
    (text) => {
      expect(query.safeParse({ cursor: text }).success).toBe(false);
      expect(decodeCursor(text)).toBeUndefined();
    },
  );
});
