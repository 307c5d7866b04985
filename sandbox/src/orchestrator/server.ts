import { createHash, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { adminRoutes } from './admin-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { createAuditSink } from './audit-sink.ts';
import { createFaults } from './faults.ts';
import { governanceRoutes } from './governance-routes.ts';
import type { Policy } from './governance.ts';
import { invalid, problem, validated } from './http.ts';
import { createKeys } from './keys.ts';
import { createOn } from './on.ts';
import { openApiDocument } from './openapi.ts';
import { prismRoutes } from './prism-routes.ts';
import { createPrism } from './prism.ts';
import { LoginOrder, ResolveOrder } from './requests.ts';
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
  const on = createOn(app, faults, calls);
  on(
    'post',
    'login',
    '/v1/login',
    validated(LoginOrder, (body) =>
      faults.denied('login', body) ? { active: false } : keys.login(body.api_key),
    ),
  );

  governanceRoutes(on, faults, policies, dataDir);
  trismRoutes(on, faults, createTrism(dataDir, trismSeed));
  prismRoutes(on, faults, prism);
  auditRoutes(on, audit);
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
