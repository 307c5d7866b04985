import { parse } from 'csv-parse/sync';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom, shuffledOrder } from '../training/random.ts';

export interface Question {
  readonly text: string;
  readonly category: string;
}

/** Customer questions of BANKING77 and their intents, in an order shuffled once and for all. */
export async function banking77(part: 'train' | 'test', count: number): Promise<Question[]> {
  const file = join(import.meta.dirname, `../../../data/banking77-${part}.csv`);
  const rows = parse<Question>(await readFile(file, 'utf8'), { columns: true });
  return [...shuffledOrder(rows.length, createRandom(77)).subarray(0, count)].flatMap(
    (row) => rows[row] ?? [],
  );
}

export const SYSTEM_PROMPT = 'Answer with the intent of the customer question.';

/** A training file of the supervised method. */
export const chatJsonl = (questions: readonly Question[]): string =>
  questions
    .map(({ text, category }) =>
      JSON.stringify({
        messages: [
          { role: 'system', content: SYSTEM_PROMPT },
          { role: 'user', content: text },
          { role: 'assistant', content: category },
        ],
      }),
    )
    .join('\n') + '\n';
