import type { RowRejection } from './row.ts';

/**
 * Every cause that a row is left out for, and what to do about it. Codes are stable: callers and stored rejections
 * know them.
 */
export const REMEDIES = {
  line_too_long: 'split the example, or shorten it: the provider cuts a row after 65,536 tokens anyway',
  invalid_utf8: 'write the file as UTF-8',
  invalid_json: 'write one JSON object a line, with a JSON library',
  nested_too_deeply: 'flatten the value',
  too_many_values: 'split the example: no row that fits into the provider’s limit of tokens has so many',
  duplicate_key: 'keep one of the two',
  forbidden_key: 'remove the key',
  invalid_unicode: 'write valid Unicode text, without NUL and half surrogate pairs',
  inexact_number: 'write the number as a string, or make it smaller than 2^53',
  data_type: 'give the value the type that the message names',
  wrong_format: 'convert the row, or say which format the file has',
  missing_key: 'add the key',
  unrecognized_key: 'remove the key, or correct its spelling',
  deprecated_functions: 'use tools, tool_calls and the role tool instead',
  missing_messages_list: 'add at least one user and one assistant message',
  message_missing_key: 'add the key',
  message_unrecognized_key: 'remove the key, or correct its spelling',
  key_not_allowed_for_role: 'remove the key, or correct the role',
  unrecognized_role: 'use system, developer, user, assistant or tool',
  invalid_name: 'leave the name out, or write it with the allowed characters',
  invalid_weight: 'use 0 (not learned) or 1 (learned)',
  missing_content: 'add the text of the message',
  empty_content: 'leave such examples out, or add what was said',
  unsupported_content_part: 'use parts of the type text (and image_url, where images are allowed)',
  content_part_not_allowed_for_role: 'move the part to a message whose role may have it',
  example_missing_assistant_message: 'add an answer: only examples with one can be learned from',
  all_weights_zero: 'set the weight of at least one assistant message to 1, or leave weights out',
  last_message_not_assistant: 'cut the example after an answer of the assistant: Azure takes no other',
  last_message_not_user: 'cut the example after a message of the user: the model answers in training',
  input_ends_with_assistant: 'move the last answer to preferred_output or non_preferred_output',
  output_not_one_message: 'give exactly one assistant message: only one turn can be compared',
  output_role_not_assistant: 'use the role assistant',
  output_not_text: 'leave such pairs out: only texts can be compared',
  outputs_equal: 'leave such pairs out: there is nothing to prefer',
  invalid_tool_call: 'give id, type "function" and function {name, arguments}',
  duplicate_tool_call_id: 'give every call an id of its own',
  undeclared_tool: 'declare the function in tools',
  invalid_arguments: 'write the arguments as the text of a JSON object',
  unanswered_tool_call: 'add a tool message with its tool_call_id right after the call',
  unknown_tool_call_id: 'use the id of a call in the assistant message before, once',
  invalid_tool: 'give type "function" and function {name, description, parameters}',
  duplicate_tool: 'declare every function once',
  invalid_function_name: 'use 1 to 64 of a-z, A-Z, 0-9, _ and -',
  invalid_tool_parameters: 'give a JSON Schema of the type object',
  too_many_tools: 'declare at most 128 functions',
  parallel_tool_calls_without_tools: 'remove parallel_tool_calls, or declare tools',
  images_not_allowed: 'leave such examples out, or allow images',
  too_many_images: 'use at most 10 images a row',
  invalid_image_url: 'use an https URL, or a data URI in base64',
  invalid_image_format: 'use a JPEG, PNG or WEBP image and its media type',
  image_too_large: 'use images of at most 10 MB',
  invalid_image_detail: 'use low, high or auto',
  too_many_problems: 'mend the problems above first',
} as const;

export type RowCode = keyof typeof REMEDIES;

/** Collects what is wrong with one row, up to a limit. */
export interface Rejections {
  readonly found: readonly RowRejection[];
  /** @param message what is wrong and what is allowed; never a word of the row */
  add(code: RowCode, path: string, message: string): void;
}

export function createRejections(max: number): Rejections {
  const found: RowRejection[] = [];
  return {
    found,
    add(code, path, message) {
      if (found.length === max)
        found.push(rejection('too_many_problems', '$', `more than ${max} problems; the rest is not listed`));
      else if (found.length < max) found.push(rejection(code, path, message));
    },
  };
}

const rejection = (code: RowCode, path: string, message: string): RowRejection => ({
  code,
  path,
  message,
  remedy: REMEDIES[code],
});
