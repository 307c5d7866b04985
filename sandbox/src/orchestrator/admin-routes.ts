import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import type { createAuditSink } from './audit-sink.ts';
import { FaultOrder, TARGETS, type Faults } from './faults.ts';
import { PolicyOrder, type Policy } from './governance.ts';
import { invalid, problem, validated } from './http.ts';
import { KeyOrder, type createKeys } from './keys.ts';
import { PrismOrder, type createPrism } from './prism.ts';
import { ApprovalVerdict, RevokeOrder } from './requests.ts';
import { TraceRow, type createTraceStore } from './trace-store.ts';

export interface AdminParts {
  readonly faults: Faults;
  readonly keys: ReturnType<typeof createKeys>;
  readonly traces: ReturnType<typeof createTraceStore>;
  readonly prism: ReturnType<typeof createPrism>;
  readonly audit: ReturnType<typeof createAuditSink>;
  readonly policies: Policy[];
  readonly calls: Readonly<Record<string, number>>;
}

const LOOPBACK = /^(?:::1|(?:::ffff:)?127\.\d+\.\d+\.\d+)$/;

/** Orders to the simulator itself; only for whoever is on this machine. */
export function adminRoutes({ faults, keys, traces, prism, audit, policies, calls }: AdminParts): Router {
  const router = express.Router();
  router.use((request: Request, response: Response, next: NextFunction) => {
    if (LOOPBACK.test(request.socket.remoteAddress ?? '')) next();
    else problem(response, 403, 'FORBIDDEN', 'only from this machine');
  });
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
  router.get('/policies', (_request, response) => void response.json({ data: policies }));
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
    validated(RevokeOrder, (body) => ({ revoked: keys.revoke(body.api_key) })),
  );
  router.post('/traces', express.text({ type: () => true, limit: '64mb' }), (request, response) => {
    const rows: unknown[] = [];
    for (const [index, line] of String(request.body).split('\n').entries()) {
      if (line.trim() === '') continue;
      try {
        rows.push(JSON.parse(line));
      } catch {
        problem(response, 400, 'INVALID', `line ${index + 1}: not JSON`);
        return;
      }
    }
    const parsed = TraceRow.array().safeParse(rows);
    if (parsed.success) response.json({ stored: traces.add(parsed.data) });
    else invalid(response, parsed.error);
  });
  router.post(
    '/prism/orders',
    validated(PrismOrder, (order) => prism.order(order)),
  );
  router.post('/prism/approvals/:id', (request, response) => {
    const verdict = ApprovalVerdict.safeParse(request.body);
    if (!verdict.success) {
      invalid(response, verdict.error);
      return;
    }
    const decided = prism.decide(request.params.id, verdict.data.status);
    if (decided === undefined) problem(response, 404, 'NOT_FOUND', 'there is no such approval');
    else response.json(decided);
  });
  router.get(
    '/counters',
    (_request, response) => void response.json({ calls, audit: audit.positions(), usage: prism.totals() }),
  );
  router.get('/search', (request, response) => {
    const text = request.query['text'];
    if (typeof text !== 'string' || text === '') problem(response, 400, 'INVALID', 'text: is missing');
    else response.json({ found: audit.contains(text) });
  });
  return router;
}
