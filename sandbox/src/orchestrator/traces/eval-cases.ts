import { banking77, seeded, shuffled } from './banking77.ts';
import { SYSTEM } from './generate.ts';

export interface EvalCase {
  readonly id: string;
  readonly input: { readonly role: 'system' | 'user'; readonly content: string }[];
  readonly expected: string;
}

/** Questions that no trace was made of, with their intents; always the same ones. */
export function evalCases(count: number): EvalCase[] {
  return shuffled(banking77('test'), seeded(7))
    .slice(0, count)
    .map((question, index) => ({
      id: `banking77-${String(index).padStart(4, '0')}`,
      input: [
        { role: 'system', content: SYSTEM },
        { role: 'user', content: question.text.trim() },
      ],
      expected: question.category,
    }));
}
