import { isBlank } from './content.ts';
import type { RowCheck } from './rules.ts';
import { checkKeys, typeName, type JsonObject } from './shape.ts';

const KEYS = new Set(['prompt', 'completion']);

/** A row of a prompt and what follows it, both texts. */
export function checkPromptCompletion(row: JsonObject, check: RowCheck): void {
  const { rejections } = check;
  checkKeys(row, KEYS, 'unrecognized_key', '$', check);
  for (const key of KEYS) {
    const text = row[key];
    if (text === undefined) rejections.add('missing_key', `$.${key}`, `there is no ${key}`);
    else if (typeof text !== 'string')
      rejections.add('data_type', `$.${key}`, `${key} is ${typeName(text)}, it must be a string`);
    else if (isBlank(text)) rejections.add('empty_content', `$.${key}`, `${key} is empty`);
  }
}
