import { checkChat } from './chat.ts';
import { formatUnder } from './detect-format.ts';
import { checkPreference } from './preference.ts';
import { checkPromptCompletion } from './prompt-completion.ts';
import { checkReinforcement } from './reinforcement.ts';
import { createRejections } from './rejections.ts';
import type { CheckedRow, RowFormat, RowRejection } from './row.ts';
import type { RowCheck, RowRules, RowWarningCode } from './rules.ts';
import { isObject, typeName, type JsonObject } from './shape.ts';

export interface ValidatedRow {
  /** The value itself, where nothing is wrong with it. */
  readonly row: CheckedRow | undefined;
  readonly rejections: readonly RowRejection[];
  readonly warnings: readonly RowWarningCode[];
  readonly images: number;
}

const CHECKS: Readonly<Record<RowFormat, (row: JsonObject, check: RowCheck) => void>> = {
  jsonl_chat: checkChat,
  jsonl_prompt_completion: checkPromptCompletion,
  jsonl_preference: checkPreference,
  jsonl_reinforcement: checkReinforcement,
};

/** Everything that is wrong with a row by the provider's rules, not only the first thing. */
export function validateRow(value: unknown, rules: RowRules): ValidatedRow {
  const check: RowCheck = {
    rules,
    rejections: createRejections(rules.maxRejections),
    warnings: [],
    images: 0,
  };
  const { found } = check.rejections;
  if (!isObject(value))
    check.rejections.add('data_type', '$', `the row is ${typeName(value)}, it must be an object`);
  else if ((formatUnder(rules.format, value) ?? rules.format) !== rules.format)
    check.rejections.add('wrong_format', '$', `the keys are those of another format than ${rules.format}`);
  else CHECKS[rules.format](value, check);
  return {
    row: found.length === 0 ? (value as CheckedRow) : undefined,
    rejections: found,
    warnings: check.warnings,
    images: check.images,
  };
}
