import { suiteObjects } from '@ftm/contracts/object-names';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { EvalSuiteVersionPublished } from '@ftm/contracts/generated/events';
import { digest, type TenantId } from '@ftm/contracts/ids';
import { denied } from '@ftm/domain/decision';
import { commandRoute } from '../http/command-route.ts';
import { Problem } from '../http/problem.ts';
import type { PublishEvalSuiteVersion } from '@ftm/api/resources/eval-suites';
import { WRITE, type Route } from '../http/route.ts';
import { changes, makes } from '../http/subject.ts';
import { readRoutes } from '../resource-routes.ts';
import type { Services } from '../services.ts';
import { requireTenant } from '../tenant/erased.ts';

const MAX_BODY_BYTES = 16 * 2 ** 20;
const TRISM_BATCH = 200;

const PATH = '/v1/eval-suites';

export function evalSuiteRoutes(services: Services): Route[] {
  const asksFor = ({ cases, graders, policy_profile }: PublishEvalSuiteVersion) => ({
    action: 'eval.suite.create' as const,
    context: {
      cases: cases.length,
      cases_sha256: digest('ftm.cases', canonicalJson(cases)),
      graders: graders.map(({ kind }) => kind),
      policy_profile,
    },
  });
  return [
    commandRoute(services, {
      endpoint: 'POST /v1/eval-suites',
      summary: 'Create an eval suite with its first version',
      tag: 'eval suites',
      roles: WRITE,
      maxBodyBytes: MAX_BODY_BYTES,
      status: 201,
      of: makes('eval-suite', PATH),
      labels: ({ description, metadata }) => ({ description, metadata }),
      prepare: ({ call }) => requireTenant(services, call),
      gate: ({ call }) => asksFor(call.body),
      command: async ({ id, tenant, call }, gates) => ({
        type: 'CreateEvalSuite',
        id,
        projectId: call.body.project_id,
        name: call.body.name,
        version:
          denied(gates) === undefined
            ? await storeVersion(services, call.body, { tenant, project: call.body.project_id, suite: id })
            : null,
        gates,
      }),
    }),
    commandRoute(services, {
      endpoint: 'POST /v1/eval-suites/{id}/versions',
      summary: 'Publish another version; earlier ones stay as they are',
      tag: 'eval suites',
      roles: WRITE,
      maxBodyBytes: MAX_BODY_BYTES,
      status: 201,
      of: changes('eval-suite'),
      prepare: ({ call }) => requireTenant(services, call),
      gate: ({ call }) => asksFor(call.body),
      command: async ({ id, tenant, state, call }, gates) => ({
        type: 'PublishEvalSuiteVersion',
        id,
        version:
          denied(gates) === undefined
            ? await storeVersion(services, call.body, { tenant, project: state.projectId, suite: id })
            : null,
        gates,
      }),
    }),
    ...readRoutes(services, 'eval-suite', PATH, 'eval suites'),
  ];
}

/** Cases pass through TRiSM before they are stored, as everything does that comes from outside. */
async function storeVersion(
  services: Services,
  body: PublishEvalSuiteVersion,
  { tenant, project, suite }: { readonly tenant: TenantId; readonly project: string; readonly suite: string },
): Promise<Omit<EvalSuiteVersionPublished, 'suiteVersion'>> {
  const of = { tenantId: tenant, projectId: project, profile: body.policy_profile };
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
        throw new Problem('GATE_DENIED', `TRiSM refused the case ${each.id}`, {
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
    tenant,
    suiteObjects({ tenantId: tenant, projectId: project }, suite),
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
