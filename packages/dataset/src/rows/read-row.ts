import { readStrictJson } from '@ftm/contracts/strict-json';
import { createRejections } from './rejections.ts';
import type { RowRejection } from './row.ts';
import type { RowRules } from './rules.ts';
import { isObject, typeName } from './shape.ts';

/** Keys that are ours to say in a path. Any other is the row's content, and a path says `.*` for it. */
const KNOWN_KEYS = new Set(
  (
    'messages tools parallel_tool_calls functions function_call input preferred_output non_preferred_output prompt completion ' +
    'role content name refusal tool_calls tool_call_id weight type text image_url url detail id function arguments description parameters strict'
  ).split(' '),
);

/** A line as one JSON object. `value` counts only where there are no rejections. */
export function readRow(
  bytes: Uint8Array,
  rules: RowRules,
): { readonly value: unknown; readonly rejections: readonly RowRejection[] } {
  const { value, faults } = readStrictJson(bytes, {
    maxDepth: rules.maxDepth,
    maxValues: rules.maxValues,
    maxFaults: rules.maxRejections,
  });
  if (faults.length === 0 && isObject(value)) return { value, rejections: [] };
  const rejections = createRejections(rules.maxRejections);
  for (const { code, path, detail } of faults)
    rejections.add(code, `$${path.map(pathStep).join('')}`, detail);
  if (faults.length === 0)
    rejections.add('data_type', '$', `the row is ${typeName(value)}, it must be an object`);
  return { value, rejections: rejections.found };
}

const pathStep = (step: string | number): string =>
  typeof step === 'number' ? `[${step}]` : KNOWN_KEYS.has(step) ? `.${step}` : '.*';
