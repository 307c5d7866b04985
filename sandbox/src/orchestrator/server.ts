import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { adminRoutes } from './admin.ts';
import { AuditBatch, AuditNote, createAuditSink } from './audit-sink.ts';
import { createFaults, type Target } from './faults.ts';
import { judge, POLICY_VERSION, Question, type Policy } from './governance.ts';
import { invalid, problem, validated } from './http.ts';
import { createKeys } from './keys.ts';
import { openApiDocument } from './openapi.ts';
import { ApprovalOrder, createPrism, EstimateOrder, UsageOrder } from './prism.ts';
import { AuditRange, NoteRange, LoginOrder, ResolveOrder } from './requests.ts';
import { openJsonLines } from './store.ts';
import { generateTraces } from './traces/generate.ts';
import { createTraceStore, TraceQuery } from './trace-store.ts';
import { trismRoutes } from './trism-routes.ts';
import { createTrism } from './trism.ts';

export interface OrchestratorOptions {
  readonly dataDir: string;
  readonly serviceKey: string;
  readonly bucket: string;
  /** What TRiSM's key is made of when there is none yet; default chance. */
  readonly trismSeed?: string | undefined;
}

const REFUSING: ReadonlySet<Target> = new Set<Target>(['resources', 'traces', 'audit']);

/**
 * The HTTP server of the simulator. What is not on its list is a 404; what does not fit is a 400 that names the
 * field.
 */
export function createOrchestrator({ dataDir, serviceKey, bucket, trismSeed }: OrchestratorOptions): Express {
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

  const document = openApiDocument();
  const app = express();
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    response.set('x-ftm-simulator', 'true');
    next();
  });
  app.get('/healthz', (_request, response) => void response.json({ status: 'alive', simulator: true }));
  app.get('/openapi.json', (_request, response) => void response.json(document));
  // Traces are loaded as lines, whatever their content type says.
  app.use(express.json({ limit: '20mb', type: ({ url }) => url?.startsWith('/admin/traces') !== true }));
  app.use('/admin', adminRoutes({ faults, keys, traces, prism, audit, policies, calls }));
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
      (request, response, next) => {
        // Where an answer has no "no" of its own, a denial is a 403.
        if (
          REFUSING.has(target) &&
          faults.denied(target, { ...request.query, ...(request.body as object | undefined) })
        )
          problem(response, 403, 'ORDERED', 'a denial was ordered');
        else next();
      },
      handler,
    );
  };

  on(
    'post',
    'login',
    '/v1/login',
    validated(LoginOrder, (body) =>
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

  trismRoutes(on, faults, createTrism(dataDir, trismSeed));
  on(
    'post',
    'prism',
    '/v1/prism/estimates',
    validated(EstimateOrder, () => prism.estimate()),
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
    validated(ResolveOrder, ({ tenant_id, project_id, purpose }) => ({
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
    if (status === 200) response.json(body);
    else response.status(status).type('application/problem+json').send(JSON.stringify(body));
  });
  on('post', 'audit', '/v1/audit/checkpoints', (request, response) => {
    const note = AuditNote.safeParse(request.body);
    if (!note.success) {
      invalid(response, note.error);
      return;
    }
    const { status, body } = audit.acceptNote(note.data);
    response.status(status).json(body);
  });
  on('get', 'audit', '/v1/audit/tenants/:tenant/checkpoints', (request, response) => {
    const query = NoteRange.safeParse(request.query);
    if (!query.success) invalid(response, query.error);
    else response.json({ data: audit.notes(String(request.params['tenant']), query.data.after_size) });
  });
  on(
    'get',
    'audit',
    '/v1/audit/tenants/:tenant/position',
    (request, response) => void response.json(audit.position(String(request.params['tenant']))),
  );
  on('get', 'audit', '/v1/audit/tenants/:tenant/events', (request, response) => {
    const query = AuditRange.safeParse(request.query);
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
}

function isKey(authorization: string | undefined, serviceKey: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${serviceKey}`));
}
