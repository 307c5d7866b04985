import type { z } from 'zod';
import { ENDPOINTS } from '../endpoints.ts';
import { ANSWERS } from './answers.ts';
import { BODIES } from './bodies.ts';

const nameOf = (schema: z.ZodType): string => schema.meta()?.id ?? '';

describe('examples', () => {
  it.each([...BODIES, ...ANSWERS].map((each) => [nameOf(each.schema), each] as const))(
    '%s is what its schema says',
    (name, { schema, value }) => {
      expect(name).not.toBe('');
      expect(schema.safeParse(JSON.parse(JSON.stringify(value))).error?.issues ?? []).toEqual([]);
    },
  );

  it('are there for every body and every answer', () => {
    const told = new Set([...BODIES, ...ANSWERS].map(({ schema }) => schema));
    const missing = Object.entries(ENDPOINTS).flatMap(([key, { body, answer }]) =>
      [body, answer].flatMap((schema) =>
        schema === null || told.has(schema) ? [] : [`${key} ${nameOf(schema)}`],
      ),
    );
    expect(missing).toEqual([]);
  });
});
