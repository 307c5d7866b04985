import type { RowCheck } from './rules.ts';
import { checkKeys, isObject, typeName, type JsonObject } from './shape.ts';
import { checkParameters } from './tool-schema.ts';

const MAX_TOOLS = 128;
const TOOL_KEYS = new Set(['type', 'function']);
const FUNCTION_KEYS = new Set(['name', 'description', 'parameters', 'strict']);
const FUNCTION_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** `tools` of a row; answers the names of the functions that are declared. */
export function checkTools(tools: unknown, path: string, check: RowCheck): ReadonlySet<string> {
  const { rejections } = check;
  const names = new Set<string>();
  if (tools === undefined) return names;
  // An empty list is what the provider's own example of a preference has.
  if (!Array.isArray(tools)) {
    rejections.add('data_type', path, `tools is ${typeName(tools)}, it must be a list of tools, or left out`);
    return names;
  }
  if (tools.length > MAX_TOOLS)
    rejections.add('too_many_tools', path, `${tools.length} tools, allowed: ${MAX_TOOLS}`);
  tools.forEach((tool, index) => checkTool(tool, names, `${path}[${index}]`, check));
  return names;
}

/** Only where there are tools to call. */
export function checkParallelToolCalls(holder: JsonObject, path: string, { rejections }: RowCheck): void {
  const { tools, parallel_tool_calls: parallel } = holder;
  const at = `${path}.parallel_tool_calls`;
  if (parallel === undefined) return;
  if (typeof parallel !== 'boolean')
    rejections.add('data_type', at, `parallel_tool_calls is ${typeName(parallel)}, it must be a boolean`);
  if (tools === undefined)
    rejections.add(
      'parallel_tool_calls_without_tools',
      at,
      'parallel_tool_calls says nothing where no tools are declared',
    );
}

function checkTool(tool: unknown, names: Set<string>, path: string, check: RowCheck): void {
  const { rejections } = check;
  if (!isObject(tool)) {
    rejections.add('invalid_tool', path, `the tool is ${typeName(tool)}, it must be an object`);
    return;
  }
  checkKeys(tool, TOOL_KEYS, 'unrecognized_key', path, check);
  if (tool['type'] !== 'function')
    rejections.add('invalid_tool', `${path}.type`, 'the type of a tool must be function');
  const declared = tool['function'];
  const at = `${path}.function`;
  if (!isObject(declared)) {
    rejections.add('invalid_tool', at, `function is ${typeName(declared)}, it must be an object`);
    return;
  }
  checkKeys(declared, FUNCTION_KEYS, 'unrecognized_key', at, check);
  const { name, description, parameters, strict } = declared;
  if (checkFunctionName(name, `${at}.name`, check)) {
    if (names.has(name))
      rejections.add('duplicate_tool', `${at}.name`, 'a function of this name is declared before');
    names.add(name);
  }
  if (description !== undefined && typeof description !== 'string')
    rejections.add('data_type', `${at}.description`, 'the description must be a string');
  if (strict !== undefined && strict !== null && typeof strict !== 'boolean')
    rejections.add('data_type', `${at}.strict`, 'strict must be a boolean');
  if (parameters !== undefined) checkParameters(parameters, `${at}.parameters`, check);
}

/** Whether it is one. */
export function checkFunctionName(name: unknown, path: string, { rejections }: RowCheck): name is string {
  if (typeof name === 'string' && FUNCTION_NAME.test(name)) return true;
  rejections.add(
    'invalid_function_name',
    path,
    'the name of the function must be 1 to 64 letters (a-z, A-Z), digits, _ and -',
  );
  return false;
}
