import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import { AuditBatch, createAuditSink } from './audit-sink.ts';
import { createFaults, FaultOrder, TARGETS, type Faults, type Target } from './faults.ts';
import { judge, POLICY_VERSION, PolicyOrder, Question, type Policy } from './governance.ts';
import { createKeys, KeyOrder } from './keys.ts';
import { ApprovalOrder, createPrism, EstimateOrder, UsageOrder } from './prism.ts';
import { openJsonLines } from './store.ts';
import { generateTraces } from './traces/generate.ts';
import { createTraceStore, TraceQuery, TraceRow } from './trace-store.ts';
import { createPseudonyms, riskOf, TRISM_POLICY } from './trism.ts';

export interface OrchestratorOptions {
  readonly dataDir: string;
  readonly serviceKey: string;
  readonly bucket: string;
}

const scope = { tenant_id: z.string().min(1), project_id: z.string().min(1) };
const Sanitize = z.object({
  ...scope,
  profile: z.string(),
  documents: z
    .array(z.object({ id: z.string(), texts: z.array(z.string()) }))
    .min(1)
    .max(500),
});
const Scan = z.object({ ...scope, text: z.string().max(100_000) });
const Score = z.object({
  ...scope,
  profile: z.string(),
  outputs: z
    .array(z.object({ id: z.string(), output: z.string() }))
    .min(1)
    .max(1000),
});
const Resolve = z.object({ ...scope, purpose: z.enum(['datasets', 'evals', 'ft_jobs']) });

/** The HTTP server of the simulator. What is not on its list is a 404; what does not fit is a 400 that names the field. */
export function createOrchestrator({ dataDir, serviceKey, bucket }: OrchestratorOptions): Express {
  const faults = createFaults();
  const keys = createKeys();
  const traces = createTraceStore(generateTraces());
  const prism = createPrism(dataDir);
  const audit = createAuditSink(join(dataDir, 'audit'));
  const decisions = openJsonLines<{ key: string; answer: Record<string, unknown> }>(
    dataDir,
    'decisions.jsonl',
  );
  const decided = new Map(decisions.rows.map((row) => [row.key, row.answer]));
  const policies: Policy[] = [];
  const calls: Record<string, number> = {};

  const app = express();
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    response.set('x-ftm-simulator', 'true');
    next();
  });
  app.get('/healthz', (_request, response) => void response.json({ status: 'alive', simulator: true }));
  app.get(
    '/openapi.json',
    (_request, response) =>
      void response
        .type('json')
        .send(readFileSync(join(import.meta.dirname, '../../openapi/orchestrator.json'))),
  );
  app.use(express.json({ limit: '20mb' }));
  app.use('/admin', adminRoutes());
  app.use('/v1', (request, response, next) => {
    if (isKey(request.get('authorization'), serviceKey)) next();
    else problem(response, 401, 'UNAUTHENTICATED', 'the service key is wrong');
  });
  const on = (
    method: 'get' | 'post',
    target: Target,
    path: string,
    handler: (request: Request, response: Response) => void,
  ): void => {
    app[method](
      path,
      (_request, _response, next) => {
        calls[target] = (calls[target] ?? 0) + 1;
        next();
      },
      faults.middleware(target),
      handler,
    );
  };

  on(
    'post',
    'login',
    '/v1/login',
    validated(z.object({ api_key: z.string() }), (body) =>
      faults.denied('login', body) ? { active: false } : keys.login(body.api_key),
    ),
  );

  on(
    'post',
    'governance',
    '/v1/governance/check',
    validated(Question, (question, request) => {
      const key = request.get('idempotency-key');
      const known = key === undefined ? undefined : decided.get(`${question.tenant_id} ${key}`);
      if (known !== undefined) return known;
      const reasons = faults.denied('governance', question)
        ? [{ code: 'ORDERED', message: 'a denial was ordered' }]
        : judge(question, policies);
      const answer = {
        decision_id: randomUUID(),
        decision: reasons.length === 0 ? 'allow' : 'deny',
        reasons,
        policy_version: POLICY_VERSION,
        decided_at: new Date().toISOString(),
      };
      if (key !== undefined) {
        decisions.append([{ key: `${question.tenant_id} ${key}`, answer }]);
        decided.set(`${question.tenant_id} ${key}`, answer);
      }
      return answer;
    }),
  );

  on(
    'post',
    'trism',
    '/v1/trism/sanitize',
    validated(Sanitize, ({ documents, ...rest }) => {
      const block = faults.denied('trism', rest);
      return {
        scan_id: randomUUID(),
        policy_version: TRISM_POLICY,
        documents: documents.map((document) => sanitizeDocument(document, block)),
      };
    }),
  );
  on(
    'post',
    'trism',
    '/v1/trism/scan',
    validated(Scan, (body) => {
      const clean = createPseudonyms()(body.text);
      const flagged = clean.injection || faults.denied('trism', body);
      return {
        scan_id: randomUUID(),
        verdict: flagged ? 'flagged' : 'clean',
        findings: [...counted(clean.counts), ...(flagged ? [{ type: 'INJECTION', count: 1 }] : [])],
        text: clean.text,
      };
    }),
  );
  on(
    'post',
    'trism',
    '/v1/trism/score',
    validated(Score, ({ outputs }) => ({
      score_id: randomUUID(),
      policy_version: TRISM_POLICY,
      scores: outputs.map(({ id, output }) => ({ id, ...riskOf(output) })),
    })),
  );

  on(
    'post',
    'prism',
    '/v1/prism/estimates',
    validated(EstimateOrder, (order) => prism.estimate(order)),
  );
  on(
    'post',
    'prism',
    '/v1/prism/approvals',
    validated(ApprovalOrder, (order, request) =>
      prism.request(order, request.get('idempotency-key'), faults.denied('prism', order)),
    ),
  );
  on('get', 'prism', '/v1/prism/approvals/:id', (request, response) => {
    const found = prism.approval(String(request.params['id']));
    if (found === undefined) problem(response, 404, 'NOT_FOUND', 'there is no such approval');
    else response.json(found);
  });
  on(
    'post',
    'prism',
    '/v1/prism/usage',
    validated(UsageOrder, (order, request) => prism.use(order, request.get('idempotency-key'))),
  );
  on(
    'post',
    'resources',
    '/v1/resources/resolve',
    validated(Resolve, ({ tenant_id, project_id, purpose }) => ({
      uri: `s3://${bucket}/${purpose}/${tenant_id}/${project_id}`,
    })),
  );
  on('get', 'traces', '/v1/traces', (request, response) => {
    const query = TraceQuery.safeParse(request.query);
    if (!query.success) invalid(response, query.error);
    else response.json(traces.page(query.data));
  });
  on('post', 'audit', '/v1/audit/events', (request, response) => {
    const batch = AuditBatch.safeParse(request.body);
    if (!batch.success) {
      invalid(response, batch.error);
      return;
    }
    const { status, body } = audit.accept(batch.data);
    response.status(status).json(body);
  });
  on(
    'get',
    'audit',
    '/v1/audit/tenants/:tenant/position',
    (request, response) => void response.json(audit.position(String(request.params['tenant']))),
  );
  on('get', 'audit', '/v1/audit/tenants/:tenant/events', (request, response) => {
    const query = z
      .object({
        from_seq: z.coerce.number().int().min(1).default(1),
        limit: z.coerce.number().int().min(1).max(1000).default(500),
      })
      .safeParse(request.query);
    if (!query.success) invalid(response, query.error);
    else
      response.json({
        data: audit.events(String(request.params['tenant']), query.data.from_seq, query.data.limit),
      });
  });
  app.use((_request, response) => problem(response, 404, 'NOT_FOUND', 'there is no such resource'));
  app.use((error: unknown, _request: Request, response: Response, next: NextFunction) => {
    if (response.headersSent) next(error);
    else
      problem(
        response,
        (error as { status?: number }).status ?? 500,
        'MALFORMED',
        error instanceof Error ? error.message : 'malformed',
      );
  });
  return app;

  /** Orders to the simulator itself; only for whoever is on this machine. */
  function adminRoutes(): Router {
    const router = express.Router();
    faultRoutes(router, faults);
    router.post(
      '/policies',
      validated(PolicyOrder, (policy) => ({ policies: policies.push(policy) })),
    );
    router.delete('/policies', (_request, response) => {
      policies.length = 0;
      response.status(204).end();
    });
    router.post(
      '/keys',
      validated(KeyOrder, (order) => keys.add(order)),
    );
    router.post(
      '/keys/revoke',
      validated(z.object({ api_key: z.string() }), (body) => ({ revoked: keys.revoke(body.api_key) })),
    );
    router.post(
      '/traces',
      validated(z.object({ traces: z.array(TraceRow) }), (body) => ({ stored: traces.add(body.traces) })),
    );
    router.post(
      '/prism/approvals/:id',
      validated(
        z.object({ status: z.enum(['approved', 'denied']) }),
        (body, request) => prism.decide(String(request.params['id']), body.status) ?? {},
      ),
    );
    router.get(
      '/counters',
      (_request, response) => void response.json({ calls, audit: audit.positions(), usage: prism.totals() }),
    );
    router.get(
      '/search',
      (request, response) =>
        void response.json({ found: audit.contains(String(request.query['text'] ?? '')) }),
    );
    return router;
  }
}

function faultRoutes(router: Router, faults: Faults): void {
  router.post(
    '/faults',
    validated(FaultOrder, (order) => ({ id: faults.add(order), targets: TARGETS })),
  );
  router.get('/faults', (_request, response) => void response.json({ data: faults.list() }));
  router.delete('/faults', (_request, response) => {
    faults.remove(null);
    response.status(204).end();
  });
  router.delete('/faults/:id', (request, response) => {
    faults.remove(request.params.id);
    response.status(204).end();
  });
}

function sanitizeDocument(
  document: { readonly id: string; readonly texts: readonly string[] },
  block: boolean,
): Record<string, unknown> {
  const pseudonymize = createPseudonyms();
  const counts = new Map<string, number>();
  let injection = false;
  const texts = document.texts.map((text) => {
    const clean = pseudonymize(text);
    for (const [type, count] of clean.counts) counts.set(type, (counts.get(type) ?? 0) + count);
    injection ||= clean.injection;
    return clean.text;
  });
  if (injection) counts.set('INJECTION', 1);
  const action = block ? 'block' : injection ? 'drop' : counts.size > 0 ? 'redact' : 'pass';
  return { id: document.id, action, texts, findings: counted(counts) };
}

const counted = (counts: ReadonlyMap<string, number>): { type: string; count: number }[] =>
  [...counts].map(([type, count]) => ({ type, count }));

function validated<S extends z.ZodType>(
  schema: S,
  answer: (body: z.infer<S>, request: Request) => unknown,
): (request: Request, response: Response) => void {
  return (request, response) => {
    const body = schema.safeParse(request.body);
    if (body.success) response.json(answer(body.data, request));
    else invalid(response, body.error);
  };
}

function invalid(response: Response, error: z.ZodError): void {
  problem(
    response,
    400,
    'INVALID',
    error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
  );
}

function problem(response: Response, status: number, code: string, detail: string): void {
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: code, status, code, detail }));
}

function isKey(authorization: string | undefined, serviceKey: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${serviceKey}`));
}
