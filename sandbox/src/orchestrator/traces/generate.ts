import { ACME_PROJECT, BANK_HELPER, BANK_HELPER_DRIFTED, GLOBEX_HELPER, GLOBEX_PROJECT } from '../seed.ts';
import { CANARIES, type CanaryType } from './canaries.ts';
import { banking77, seeded, shuffled, type Question } from './banking77.ts';

export interface StoredTrace {
  readonly id: string;
  readonly tenant_id: string;
  readonly project_id: string;
  readonly assistant_id: string;
  readonly user_id: string;
  readonly started_at: string;
  readonly outcome: string;
  readonly tags: readonly string[];
  readonly messages: readonly { readonly role: string; readonly content: string | null }[];
  /** Functions that the assistant could call. */
  readonly tools?: readonly Readonly<Record<string, unknown>>[];
  /** What people thought of answers. */
  readonly feedback?: readonly {
    readonly message_index: number;
    readonly rating: 'up' | 'down';
    readonly correction: string | null;
    readonly alternative: string | null;
  }[];
}

export const SYSTEM = 'You route customer questions of a bank. Answer with exactly one intent.';
const START = Date.UTC(2026, 5, 1);
const CANARY_TYPES = Object.keys(CANARIES) as CanaryType[];

/** How people give away what they should not. */
const PLANTED: Record<CanaryType, (value: string) => string> = {
  EMAIL: (value) => ` You can write to me at ${value}.`,
  PHONE: (value) => ` Please call me back on ${value}.`,
  CARD: (value) => ` It is the card ${value}.`,
  IBAN: (value) => ` My IBAN is ${value}.`,
  SSN: (value) => ` My social security number is ${value}.`,
  IP: (value) => ` I was online from ${value}.`,
  SECRET: (value) => ` The app showed me the key ${value}.`,
};

/** Traces of two acme assistants and one of globex, always the same ones. */
export function generateTraces(): StoredTrace[] {
  const questions = shuffled(banking77('train'), seeded(77));
  return [
    ...assistantTraces({
      tenant: 'acme',
      project: ACME_PROJECT,
      assistant: BANK_HELPER,
      questions: questions.slice(0, 2400),
      seed: 1,
      wrong: 0,
      odd: true,
    }),
    ...assistantTraces({
      tenant: 'acme',
      project: ACME_PROJECT,
      assistant: BANK_HELPER_DRIFTED,
      questions: questions.slice(3000, 4200),
      seed: 2,
      wrong: 0.7,
      odd: true,
    }),
    ...assistantTraces({
      tenant: 'globex',
      project: GLOBEX_PROJECT,
      assistant: GLOBEX_HELPER,
      questions: questions.slice(5000, 5300),
      seed: 3,
      wrong: 0,
      odd: false,
    }),
  ];
}

interface Plan {
  readonly tenant: string;
  readonly project: string;
  readonly assistant: string;
  readonly questions: readonly Question[];
  readonly seed: number;
  /** Share of answers that are another question's. */
  readonly wrong: number;
  /** With invalid rows, duplicates and near-duplicates. */
  readonly odd: boolean;
}

function assistantTraces({ tenant, project, assistant, questions, seed, wrong, odd }: Plan): StoredTrace[] {
  const random = seeded(seed);
  // Of its own, so that how often somebody says the same again does not move anything else.
  const again = seeded(seed + 1000);
  const labels = shuffled(
    questions.map((question) => question.category),
    random,
  );
  const traces: StoredTrace[] = [];
  const add = (messages: StoredTrace['messages'], feedback: StoredTrace['feedback'] = []): void => {
    const index = traces.length;
    traces.push({
      id: `${assistant.slice(0, 8)}-${assistant.slice(-4)}-4000-8000-${String(index).padStart(12, '0')}`,
      tenant_id: tenant,
      project_id: project,
      assistant_id: assistant,
      user_id: `customer-${Math.floor(random() * 400)}`,
      started_at: new Date(START + index * 61_000).toISOString(),
      outcome: 'resolved',
      tags: [],
      messages,
      feedback,
    });
  };
  questions.forEach((asked, index) => {
    const before = questions[index - 1];
    const question = odd && before !== undefined && again() < 0.006 ? inOtherWords(before) : asked;
    const answer = random() < wrong ? (labels[index] ?? question.category) : question.category;
    const text = random() < 0.08 ? question.text.trim() + planted(random) : question.text.trim();
    const messages = [
      { role: 'system', content: SYSTEM },
      { role: 'user', content: text },
      { role: 'assistant', content: answer },
    ];
    // Every other customer who got a wrong answer says what would have been right.
    const judged = answer !== question.category && index % 2 === 0;
    add(
      messages,
      judged
        ? [{ message_index: 2, rating: 'down', correction: question.category, alternative: null }]
        : undefined,
    );
    if (!odd) return;
    const luck = random();
    if (luck < 0.02) add(messages);
    else if (luck < 0.025) add(messages.slice(0, 2));
    else if (luck < 0.03) add([...messages.slice(0, 2), { role: 'assistant', content: '' }]);
    else if (luck < 0.033)
      add([
        { role: 'system', content: SYSTEM },
        { role: 'customer', content: text },
        { role: 'assistant', content: answer },
      ]);
  });
  return traces;
}

/** The same question, said nearly the same. */
const inOtherWords = ({ text, category }: Question): Question => ({
  text: `Hello, ${text.trim()} Thank you.`,
  category,
});

function planted(random: () => number): string {
  const type = CANARY_TYPES[Math.floor(random() * CANARY_TYPES.length)] ?? 'EMAIL';
  const values = CANARIES[type];
  return PLANTED[type](values[Math.floor(random() * values.length)] ?? values[0]);
}
