import { z } from 'zod';
import {
  caseId,
  count,
  facts,
  Filters,
  id,
  JsonObject,
  listOf,
  ObjectRef,
  projectId,
  slug,
  NewNotes,
  notes,
} from '../parts.ts';

const unique = (values: readonly string[]): boolean => new Set(values).size === values.length;

const NewCase = z
  .strictObject({
    id: caseId,
    cluster: caseId
      .optional()
      .describe('Cases of one conversation are not independent of each other: they share a cluster.'),
    input: z
      .array(
        z
          .strictObject({
            role: z.enum(['system', 'developer', 'user', 'assistant']),
            content: z.string().max(100_000),
          })
          .meta({ id: 'CaseMessage' }),
      )
      .min(1)
      .max(100),
    expected: z.string().max(100_000),
  })
  .meta({ id: 'NewEvalCase' });
const NewGrader = z.discriminatedUnion('kind', [
  z
    .strictObject({
      name: slug,
      kind: z.literal('string_check'),
      config: z.strictObject({ operation: z.enum(['eq', 'ne', 'like', 'ilike']).default('eq') }).prefault({}),
    })
    .meta({ id: 'NewStringCheck' }),
  z
    .strictObject({
      name: slug,
      kind: z.literal('text_similarity'),
      config: z
        .strictObject({ evaluation_metric: z.enum(['fuzzy_match']).default('fuzzy_match') })
        .prefault({}),
    })
    .meta({ id: 'NewTextSimilarity' }),
]);
const version = {
  cases: z
    .array(NewCase)
    .min(1)
    .max(10_000)
    .refine((cases) => unique(cases.map((each) => each.id)), 'case ids must be unique'),
  graders: z
    .array(NewGrader)
    .min(1)
    .max(10)
    .refine((graders) => unique(graders.map((each) => each.name)), 'grader names must be unique')
    .describe('The first one is primary.'),
  policy_profile: slug.default('default').describe('TRiSM profile for outputs.'),
};
export const CreateEvalSuite = z
  .strictObject({ project_id: projectId, name: slug, ...NewNotes, ...version })
  .meta({ id: 'CreateEvalSuite' });
export const PublishEvalSuiteVersion = z.strictObject(version).meta({ id: 'PublishEvalSuiteVersion' });
export type PublishEvalSuiteVersion = z.output<typeof PublishEvalSuiteVersion>;

export const EVAL_SUITE_STATUSES = ['active'] as const;
export const ListEvalSuites = z.strictObject({
  ...Filters,
  status: z.enum(EVAL_SUITE_STATUSES).optional(),
  name: slug.optional(),
});

/** As it stands in the log: earlier ones had other settings. */
export const Grader = z
  .strictObject({
    name: z.string(),
    kind: z.string().describe('string_check or text_similarity.'),
    config: JsonObject.describe('As it was published.'),
  })
  .meta({ id: 'Grader' });

export const EvalSuite = z
  .strictObject({
    id,
    object: z.literal('eval_suite'),
    status: z.enum(EVAL_SUITE_STATUSES),
    project_id: z.string(),
    name: z.string(),
    latest_version: count,
    versions: z.array(
      z
        .strictObject({
          suite_version: z.int().min(1),
          cases_object: ObjectRef,
          case_count: count,
          graders: z.array(Grader),
          policy_profile: z.string(),
        })
        .meta({ id: 'EvalSuiteVersion' }),
    ),
    ...notes,
    ...facts,
  })
  .meta({ id: 'EvalSuite' });
export const EvalSuiteList = listOf('EvalSuiteList', EvalSuite);
