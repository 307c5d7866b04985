import { isRecord, type RowMessage } from '../training/row-rules.ts';
import { overlap, stemsOf } from '../training/features.ts';
import { answerLikeness } from '../training/retrieval.ts';
import { promptOf } from '../training/rows.ts';
import { contentText } from '../tokens.ts';

const MAX_CHOICES = 500;
const MAX_CHOICE_LENGTH = 80;

/**
 * What a model answers that was never trained: of the choices that its instructions list, the one with most words in
 * common with the question; without choices, an echo that says so.
 */
export function untrainedAnswer(messages: readonly RowMessage[]): string {
  const { question } = promptOf(messages);
  const choices = choicesIn(instructionsOf(messages));
  return choices.length > 0
    ? bestChoice(choices, question)
    : `This is a simulated answer of an untrained model to: ${question.slice(0, 200)}`;
}

function instructionsOf(messages: readonly RowMessage[]): string {
  return messages
    .filter((each) => each.role === 'system' || each.role === 'developer')
    .map((each) => contentText(each.content))
    .join('\n');
}

/** Choices as instructions list them: as bullets, or with commas after a colon. */
export function choicesIn(instructions: string): string[] {
  const bullets = [...instructions.matchAll(/^\s*(?:[-*•]|\d+[.)])\s+(.+?)\s*$/gmu)].map(
    (match) => match[1] ?? '',
  );
  if (bullets.length >= 2) return cleaned(bullets);
  const lists = [...instructions.matchAll(/:\s*([^:]+?)(?:[.\n]\s|[.]?\s*$)/gu)]
    .map((match) => cleaned((match[1] ?? '').split(/[,;|\n]|\bor\b/u)))
    .filter((choices) => choices.length >= 2);
  return lists.toSorted((left, right) => right.length - left.length)[0] ?? [];
}

const cleaned = (choices: readonly string[]): string[] =>
  choices
    .map((choice) => choice.trim().replaceAll(/^["'`]+|["'`.]+$/gu, ''))
    .filter((choice) => choice !== '' && choice.length <= MAX_CHOICE_LENGTH)
    .slice(0, MAX_CHOICES);

function bestChoice(choices: readonly string[], question: string): string {
  const stems = stemsOf(question);
  let best = choices[0] ?? '';
  let highest = -1;
  for (const choice of choices) {
    const score = overlap(choice, stems);
    if (score > highest) [best, highest] = [choice, score];
  }
  return best;
}

/**
 * A value that fits a JSON schema, as a judge would give it: choices and scores by the likeness of the texts, the
 * rest plain.
 */
export function valueFor(schema: unknown, messages: readonly RowMessage[]): unknown {
  if (!isRecord(schema)) return null;
  const { question, history } = promptOf(messages);
  if (Array.isArray(schema['enum'])) {
    const texts = schema['enum'].filter((each): each is string => typeof each === 'string');
    return texts.length > 0 ? bestChoice(texts, question) : (schema['enum'][0] as unknown);
  }
  if (schema['const'] !== undefined) return schema['const'];
  switch (Array.isArray(schema['type']) ? schema['type'][0] : schema['type']) {
    case 'object':
      return Object.fromEntries(
        Object.entries(isRecord(schema['properties']) ? schema['properties'] : {}).map(([key, each]) => [
          key,
          valueFor(each, messages),
        ]),
      );
    case 'array':
      return [];
    case 'boolean':
      return likenessIn(question, history) > 0.5;
    case 'number':
    case 'integer':
      return scoreIn(schema, likenessIn(question, history));
    case 'string':
      return untrainedAnswer(messages);
    default:
      return null;
  }
}

/** A judge is shown two texts, mostly one below the other: how alike the halves of the question are, 0..1. */
function likenessIn(question: string, history: string): number {
  const parts = question.split(/\n+/u).filter((part) => part.trim() !== '');
  const [left, right] = [parts.at(-2) ?? history, parts.at(-1) ?? question];
  return answerLikeness(left, right);
}

function scoreIn(schema: Readonly<Record<string, unknown>>, likeness: number): number {
  const low = typeof schema['minimum'] === 'number' ? schema['minimum'] : 0;
  const high = typeof schema['maximum'] === 'number' ? schema['maximum'] : 1;
  const score = low + likeness * (high - low);
  return schema['type'] === 'integer' ? Math.round(score) : score;
}
