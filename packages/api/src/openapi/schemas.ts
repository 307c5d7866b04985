import { z } from 'zod';

type Json = Record<string, unknown>;

const DEFS = '#/$defs/';
export const COMPONENTS = '#/components/schemas/';

/** Schemas as JSON Schema: those that have a name, each once, and references to them. */
export interface Converted {
  readonly components: Readonly<Record<string, Json>>;
  /** A reference to a schema that has a name, the schema itself of one that has none; in the order of what was given. */
  readonly refs: ReadonlyMap<z.ZodType, Json>;
}

/** All at once: one by one, what they have in common would be made again each time. */
export function convert(schemas: Iterable<z.ZodType>, direction: 'body' | 'answer'): Converted {
  const given = [...new Set(schemas)];
  // Inside of another schema it is a reference, when it has a name.
  const { $defs = {}, properties } = z.toJSONSchema(
    z.object(Object.fromEntries(given.map((schema, at) => [`s${at}`, schema]))),
    {
      io: 'input',
      unrepresentable: 'any',
      override: ({ jsonSchema }) => tidy(jsonSchema, direction),
    },
  ) as unknown as { $defs?: Record<string, Json>; properties: Record<string, Json> };
  // What zod looked up late is a definition without a name of its own, which only refers to another.
  const other = new Map(
    Object.entries($defs).flatMap(([name, { $ref }]) =>
      name.startsWith('__') && typeof $ref === 'string' ? [[`${DEFS}${name}`, $ref] as const] : [],
    ),
  );
  const renamed = (schema: Json): Json => asComponents(schema, other);
  return {
    components: Object.fromEntries(
      Object.entries($defs)
        .filter(([name]) => !other.has(`${DEFS}${name}`))
        .map(([name, each]) => [name, renamed(each)]),
    ),
    refs: new Map(given.map((schema, at) => [schema, renamed(properties[`s${at}`] ?? {})])),
  };
}

/** Whoever reads an answer takes fields that it does not know; and what every integer of JSON is bounded by needs no telling. */
function tidy(schema: z.core.JSONSchema.BaseSchema, direction: 'body' | 'answer'): void {
  delete schema.id;
  if (JSON.stringify(schema.propertyNames) === '{"type":"string"}') delete schema.propertyNames;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (direction === 'body') return;
  if (schema.additionalProperties === false) delete schema.additionalProperties;
  if (schema.format === 'uuid' || schema.format === 'date-time') delete schema.pattern;
}

/** References to definitions, as references to components. */
function asComponents(schema: Json, other: ReadonlyMap<string, string>): Json {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' && value.startsWith(DEFS)
      ? `${COMPONENTS}${(other.get(value) ?? value).slice(DEFS.length)}`
      : value,
  ) as Json;
}
