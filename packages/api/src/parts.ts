import { z } from 'zod';
import { detect } from '@ftm/pii/detect';
import { CURSOR, SUMS_CURSOR } from './cursor.ts';

/** What bodies, queries and answers are put together from. Texts that people type have a length; names that are no prose have a pattern. */

/** A name that is no prose: it goes on the log as it stands, so its letters are few, and it may not be somebody's number or address all the same. */
export function nameOf(pattern: RegExp, allowed: string): z.ZodString {
  return z
    .string()
    .regex(pattern, allowed)
    .refine((text) => detect(text).length === 0, 'it looks like personal data; name it otherwise');
}

export const id = z.uuid();
export const ById = z.object({ id });
export const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, '1 to 64 of a-z 0-9 . _ -, starting with a letter or digit');
export const projectId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, '1 to 64 of A-Z a-z 0-9 . _ -');
export const tenantId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'an Orchestrator tenant: 1 to 64 of A-Z a-z 0-9 . _ -');
/** As a provider names a model: `gpt-4.1-nano-2025-04-14`, `ft:gpt-4.1-nano:acme::9xY`. */
export const modelName = nameOf(
  /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$/,
  'a model as its provider names it: 1 to 200 of A-Z a-z 0-9 . _ : / -',
);
/** A word that sorts things: no prose. */
export const tag = nameOf(
  /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/,
  '1 to 64 of A-Z a-z 0-9 . _ : / -, starting with a letter or digit',
);
/** Of a case, and of what its cases have in common. */
export const caseId = nameOf(
  /^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,99}$/,
  '1 to 100 of A-Z a-z 0-9 . _ : / # -, starting with a letter or digit',
);
/** A calendar month in UTC. */
export const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'YYYY-MM');
/** No year and no offset that the database does not know. */
export const instant = z
  .string()
  .regex(
    new RegExp(z.regexes.datetime({ offset: true }).source.replace('^', '^(?=[12])')),
    'a time, ISO 8601 with its offset, of a year from 1000 to 2999',
  )
  .meta({ format: 'date-time' });
/** Why somebody does something, in their own words. */
export const reason = z.string().trim().min(1).max(500);
const targetType = z.enum(['assistant', 'project', 'global']);
export const NewTarget = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.enum(['assistant', 'project']),
      value: nameOf(
        /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/,
        'the id of an assistant or a project: 1 to 100 of A-Z a-z 0-9 . _ : -',
      ),
    }),
    z.strictObject({ type: z.literal('global'), value: z.literal('*') }),
  ])
  .meta({
    id: 'NewTarget',
    description: 'Where a model version goes live; for everybody (global) needs a key of all projects.',
  });
/** As it stands in the log: earlier ones were any text. */
export const Target = z
  .strictObject({
    type: targetType,
    value: z.string().describe('Id of the assistant or project; * for global.'),
  })
  .meta({ id: 'Target', description: 'Where a model version goes live.' });

/** Millionths of a US dollar. */
export const usdMicros = z.int();
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits');
export const count = z.int().min(0);
export const share = z.number().min(0).max(1);

const METADATA_PAIRS = 16;
const description = z.string().trim().min(1).max(2000);
/** What people note about a resource that has a name of its own. */
export const NewNotes = {
  description: description.nullish().describe('What it is for, in a few sentences.'),
  metadata: z
    .record(
      nameOf(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, 'a key: 1 to 64 of A-Z a-z 0-9 . _ : -'),
      z.string().min(1).max(512),
    )
    .refine((pairs) => Object.keys(pairs).length <= METADATA_PAIRS, `at most ${METADATA_PAIRS} pairs`)
    .meta({ maxProperties: METADATA_PAIRS })
    .nullish()
    .describe('Up to 16 pairs of your own.'),
};
/** Names for people, on whatever people look for again. */
export const NewLabels = {
  name: z.string().trim().min(1).max(200).nullish().describe('What people call it.'),
  ...NewNotes,
};
export const notes = {
  description: z.string().nullable(),
  metadata: z.record(z.string(), z.string()),
};
export const labels = { name: z.string().nullable(), ...notes };
/** Of what is work, and takes time. */
export const times = {
  started_at: z.iso.datetime().nullable().describe('When the work on it began; null until then.'),
  finished_at: z.iso.datetime().nullable().describe('When it ended, however it ended; null until then.'),
};

const cursorLike = (pattern: RegExp) =>
  z
    .string()
    .regex(pattern, 'it must be the next_cursor of the page before')
    .optional()
    .describe('The next_cursor of the page before.');
const atMost = (most: number, usual: number) =>
  z.coerce.number<number>().int().min(1).max(most).default(usual).describe('How many at most.');

/** What lists of resources take: they go on behind the last one’s time of creation and id. */
export const Page = { limit: atMost(200, 50), cursor: cursorLike(CURSOR) };
/** What lists take whose items are numbered: they go on behind the last one’s number. */
export const numbered = (most = 1000, usual = 100) => ({
  limit: atMost(most, usual),
  cursor: cursorLike(/^\d{1,15}$/),
});
/** What the sums of costs take: they go on behind a month, a kind and a project. */
export const SumsPage = { limit: atMost(1000, 100), cursor: cursorLike(SUMS_CURSOR) };
/** What lists of resources take besides their own filters. */
export const Filters = {
  ...Page,
  project_id: projectId.optional().describe('Only of this project.'),
  created_after: instant.optional().describe('Only what was created after this time.'),
  created_before: instant.optional().describe('Only what was created before this time.'),
  sort: z.enum(['desc', 'asc']).default('desc').describe('By created_at: the newest first, or the oldest.'),
};
/** Of what people may name. */
export const ByName = {
  name: z.string().min(1).max(200).optional().describe('Only what is called so, to the letter.'),
};
export const NoQuery = z.strictObject({});
/** One page of a list. */
export const listOf = <T extends z.ZodType>(name: string, item: T) =>
  z
    .strictObject({
      object: z.literal('list'),
      data: z.array(item),
      has_more: z.boolean().describe('Whether another page follows.'),
      next_cursor: z.string().nullable().describe('What to ask the next page with; null on the last.'),
    })
    .meta({ id: name });

/** The same fields, which a resource has in some of its statuses only: null in the others. */
export function nullable<S extends z.ZodRawShape>(shape: S) {
  return Object.fromEntries(
    Object.entries(shape).map(([name, each]) => [name, (each as z.ZodType).nullable()]),
  ) as unknown as { [K in keyof S]: S[K] extends z.ZodType ? z.ZodNullable<S[K]> : never };
}

export const ObjectRef = z
  .strictObject({
    uri: z.string().describe('s3:// URI.'),
    sha256: z.string().describe('SHA-256 of the stored (encrypted) bytes, hex.'),
    bytes: count.describe('Size of the stored bytes.'),
  })
  .meta({ id: 'ObjectRef', description: 'An immutable object in the object store.' });
export const Reason = z
  .strictObject({
    code: z.string().describe('Stable code.'),
    message: z.string().describe('What it means, for people.'),
  })
  .meta({ id: 'Reason' });
export const CodeCount = z.strictObject({ code: z.string(), count }).meta({ id: 'CodeCount' });

/** What every resource knows of itself. */
export const facts = {
  version: z.int().min(1).describe('How many events made it what it is; the ETag.'),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  created_by: z.string().describe('Subject of the principal.'),
  governance_decision_id: z.string().nullable().describe('Of the newest gate that was asked.'),
  orchestrator_audit_id: z.string().describe('Where its newest event is in the audit stream.'),
};

/** What a refusal or a failure left. */
export const refusal = {
  gate: z.string().nullable().describe('The gate that said no, where one did.'),
  reasons: z.array(Reason).nullable().describe('Why it said no.'),
};
export const failure = {
  code: z.string().describe('Stable cause code.'),
  message: z.string().describe('What happened, sanitised.'),
  remedy: z.string().describe('What to do about it.'),
  retryable: z.boolean().describe('Whether the same request may succeed later.'),
};
export const Failure = z.strictObject(failure).meta({ id: 'Failure' });

const scalars = [z.string(), z.number(), z.boolean(), z.null()] as const;
type Scalar = string | number | boolean | null;
/** A JSON value; an array has no array right inside of it: generated types of what nests without end would not compile. */
export type JsonValue = Scalar | JsonObject | (Scalar | JsonObject)[];
export interface JsonObject {
  [key: string]: JsonValue;
}
export const JsonObject: z.ZodType<JsonObject, JsonObject> = z
  .record(
    z.string(),
    z.lazy(() => JsonValue),
  )
  .meta({ id: 'JsonObject', description: 'Any JSON object.' });
export const JsonValue: z.ZodType<JsonValue, JsonValue> = z
  .union([...scalars, JsonObject, z.array(z.union([...scalars, JsonObject]))])
  .meta({ id: 'JsonValue', description: 'Any JSON value; an array has no array right inside of it.' });
