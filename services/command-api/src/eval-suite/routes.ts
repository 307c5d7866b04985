import { z } from 'zod';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { EvalSuiteVersionPublished } from '@ftm/contracts/generated/events';
import { requireProject } from '../auth.ts';
import { Problem } from '../http/problem.ts';
import { ById, defineRoute, projectId, slug, WRITE, type Call, type Route } from '../http/route.ts';
import { readRoutes } from '../resource-routes.ts';
import { askGate, callIds, command, fresh, type CallIds, type Services } from '../service.ts';
import { requireTenant } from '../tenant/erased.ts';

const MAX_BODY_BYTES = 16 * 2 ** 20;
const TRISM_BATCH = 200;

const Case = z.strictObject({
  id: z.string().min(1).max(100),
  /** Cases of one conversation are not independent of each other. */
  cluster: z.string().min(1).max(100).optional(),
  input: z
    .array(
      z.strictObject({
        role: z.enum(['system', 'developer', 'user', 'assistant']),
        content: z.string().max(100_000),
      }),
    )
    .min(1)
    .max(100),
  expected: z.string().max(100_000),
});
const Grader = z.discriminatedUnion('kind', [
  z.strictObject({
    name: slug,
    kind: z.literal('string_check'),
    config: z.strictObject({ operation: z.enum(['eq', 'ne', 'like', 'ilike']).default('eq') }).prefault({}),
  }),
  z.strictObject({
    name: slug,
    kind: z.literal('text_similarity'),
    config: z
      .strictObject({ evaluation_metric: z.enum(['fuzzy_match']).default('fuzzy_match') })
      .prefault({}),
  }),
]);
const Version = {
  cases: z
    .array(Case)
    .min(1)
    .max(10_000)
    .refine(
      (cases) => new Set(cases.map((each) => each.id)).size === cases.length,
      'case ids must be unique',
    ),
  graders: z
    .array(Grader)
    .min(1)
    .max(10)
    .refine(
      (graders) => new Set(graders.map((each) => each.name)).size === graders.length,
      'grader names must be unique',
    ),
  policy_profile: slug.default('default'),
};
const Create = z.strictObject({ project_id: projectId, name: slug, ...Version });
const Publish = z.strictObject(Version);

export function evalSuiteRoutes(services: Services): Route[] {
  const gateFor = (call: Call, ids: CallIds, project: string, suite: string, cases: number) =>
    askGate(services, call, ids, {
      action: 'eval.suite.create',
      projectId: project,
      resource: { type: 'eval_suite', id: suite },
      context: { cases },
    });
  return [
    defineRoute({
      method: 'post',
      path: '/v1/eval-suites',
      summary: 'Create an eval suite with its first version',
      tag: 'eval suites',
      roles: WRITE,
      body: Create,
      success: 201,
      maxBodyBytes: MAX_BODY_BYTES,
      async handle(call) {
        const { body } = call;
        requireProject(call.principal, body.project_id);
        await requireTenant(services, call);
        const ids = callIds(call, 'POST /v1/eval-suites');
        const gate = await gateFor(call, ids, body.project_id, ids.newId, body.cases.length);
        const version = await storeVersion(services, ids, body.project_id, ids.newId, body);
        return command(
          services,
          call,
          ids,
          {
            type: 'CreateEvalSuite',
            id: ids.newId,
            projectId: body.project_id,
            name: body.name,
            version,
            gates: [gate],
          },
          { status: 201, location: '/v1/eval-suites' },
        );
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/eval-suites/{id}/versions',
      summary: 'Publish another version; earlier ones stay as they are',
      tag: 'eval suites',
      roles: WRITE,
      params: ById,
      body: Publish,
      success: 201,
      maxBodyBytes: MAX_BODY_BYTES,
      async handle(call) {
        const { id } = call.params;
        await requireTenant(services, call);
        const ids = callIds(call, `POST /v1/eval-suites/${id}/versions`);
        const { projectId: project } = await fresh(services, call, 'eval-suite', id);
        const gate = await gateFor(call, ids, project, id, call.body.cases.length);
        const version = await storeVersion(services, ids, project, id, call.body);
        return command(
          services,
          call,
          ids,
          { type: 'PublishEvalSuiteVersion', id, version, gates: [gate] },
          { status: 201 },
        );
      },
    }),
    ...readRoutes(services, 'eval-suite', '/v1/eval-suites', 'eval suites', ['name']),
  ];
}

/** Cases pass through TRiSM before they are stored, as everything does that comes from outside. */
async function storeVersion(
  services: Services,
  ids: CallIds,
  project: string,
  suite: string,
  body: z.infer<typeof Publish>,
): Promise<Omit<EvalSuiteVersionPublished, 'suiteVersion'>> {
  const of = { tenantId: ids.tenant, projectId: project, profile: body.policy_profile };
  const lines: string[] = [];
  for (let at = 0; at < body.cases.length; at += TRISM_BATCH) {
    const batch = body.cases.slice(at, at + TRISM_BATCH);
    const { documents } = await services.orchestrator.sanitize(
      of,
      batch.map((each) => ({
        id: each.id,
        texts: [...each.input.map((message) => message.content), each.expected],
      })),
    );
    const byId = new Map(documents.map((document) => [document.id, document]));
    for (const each of batch) {
      const clean = byId.get(each.id);
      if (
        clean?.texts.length !== each.input.length + 1 ||
        clean.action === 'drop' ||
        clean.action === 'block'
      )
        throw new Problem(409, 'GATE_DENIED', `TRiSM refused the case ${each.id}`, {
          reasons: [
            {
              code: 'TRISM_REFUSED',
              message: `case ${each.id}: ${clean?.findings.map((finding) => finding.type).join(', ') ?? 'no answer for it'}`,
            },
          ],
        });
      const input = each.input.map((message, index) => ({
        role: message.role,
        content: clean.texts[index] ?? '',
      }));
      lines.push(
        canonicalJson({
          id: each.id,
          cluster: each.cluster ?? each.id,
          input,
          expected: clean.texts.at(-1) ?? '',
        }),
      );
    }
  }
  const { dataKeyId: _, ...casesObject } = await services.objects.put(
    ids.tenant,
    `evals/${ids.tenant}/${project}/suites/${suite}`,
    'cases',
    Buffer.from(`${lines.join('\n')}\n`),
  );
  return {
    casesObject,
    caseCount: lines.length,
    graders: body.graders.map(({ name, kind, config }) => ({
      name,
      kind,
      configJson: canonicalJson(config),
    })),
    policyProfile: body.policy_profile,
  };
}
