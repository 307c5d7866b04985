import type { RowCheck } from './rules.ts';
import { isObject, typeName, type JsonObject } from './shape.ts';

/** Where a JSON Schema has schemas: one, a list, or a map by name. */
const ONE = ['items', 'additionalProperties', 'not'];
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const MAPS = ['properties', '$defs', 'definitions', 'patternProperties'];

/**
 * Parameters of a tool: a JSON Schema of the type object. Names of properties are the row's content, so paths say
 * `.*`.
 */
export function checkParameters(parameters: unknown, path: string, check: RowCheck): void {
  if (!isObject(parameters) || parameters['type'] !== 'object') {
    check.rejections.add(
      'invalid_tool_parameters',
      path,
      'the parameters must be a JSON Schema with "type": "object"',
    );
    return;
  }
  checkSchema(parameters, path, 1, check);
}

function checkSchema(schema: unknown, path: string, depth: number, check: RowCheck): void {
  const no = (at: string, message: string): void =>
    check.rejections.add('invalid_tool_parameters', at, message);
  if (typeof schema === 'boolean') return;
  if (!isObject(schema)) {
    no(path, `the schema is ${typeName(schema)}, it must be an object`);
    return;
  }
  if (depth > check.rules.maxSchemaDepth) {
    no(path, `the schema is nested deeper than ${check.rules.maxSchemaDepth} levels`);
    return;
  }
  checkRequired(schema, path, no);
  for (const key of ONE) if (key in schema) checkSchema(schema[key], `${path}.${key}`, depth + 1, check);
  for (const key of LISTS) {
    const list = schema[key];
    if (list === undefined) continue;
    if (Array.isArray(list))
      list.forEach((each, index) => checkSchema(each, `${path}.${key}[${index}]`, depth + 1, check));
    else no(`${path}.${key}`, `${key} is ${typeName(list)}, it must be a list`);
  }
  for (const key of MAPS) {
    const map = schema[key];
    if (map === undefined) continue;
    if (isObject(map))
      for (const each of Object.values(map)) checkSchema(each, `${path}.${key}.*`, depth + 1, check);
    else no(`${path}.${key}`, `${key} is ${typeName(map)}, it must be an object`);
  }
}

function checkRequired(schema: JsonObject, path: string, no: (at: string, message: string) => void): void {
  const { type, required } = schema;
  if (type === 'array' && schema['items'] === undefined && schema['prefixItems'] === undefined)
    no(path, 'a schema of the type array must say what its items are');
  if (required === undefined) return;
  if (!Array.isArray(required) || required.some((name) => typeof name !== 'string'))
    no(`${path}.required`, 'required must be a list of names');
}
