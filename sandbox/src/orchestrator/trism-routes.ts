import { randomUUID } from 'node:crypto';
import type { Faults } from './faults.ts';
import { invalid, problem, validated } from './http.ts';
import type { On } from './on.ts';
import { MAX_SANITIZE_BYTES, SanitizeOrder, ScanOrder, ScoreOrder } from './requests.ts';
import { riskOf, TRISM_POLICY, type createTrism } from './trism.ts';

export function trismRoutes(on: On, faults: Faults, trism: ReturnType<typeof createTrism>): void {
  on('post', 'trism', '/v1/trism/sanitize', (request, response) => {
    const order = SanitizeOrder.safeParse(request.body);
    if (!order.success) {
      invalid(response, order.error);
      return;
    }
    const { documents, ...rest } = order.data;
    const bytes = documents.reduce(
      (sum, { texts }) => sum + texts.reduce((size, text) => size + Buffer.byteLength(text), 0),
      0,
    );
    if (bytes > MAX_SANITIZE_BYTES) {
      problem(response, 413, 'TOO_LARGE', `documents: ${bytes} bytes of text; at most ${MAX_SANITIZE_BYTES}`);
      return;
    }
    const block = faults.denied('trism', rest);
    response.json({
      scan_id: trism.scanId(order.data),
      policy_version: TRISM_POLICY,
      documents: documents.map(({ id, texts }) => {
        const sanitised = trism.sanitise(rest.tenant_id, rest.profile, texts);
        return { id, ...sanitised, ...(block ? { action: 'block' } : {}) };
      }),
    });
  });

  on(
    'post',
    'trism',
    '/v1/trism/scan',
    validated(ScanOrder, (body) => {
      const { text, findings } = trism.scan(body.tenant_id, body.text);
      const ordered = faults.denied('trism', body);
      const found = ordered ? [...findings, { type: 'INJECTION', count: 1 }] : findings;
      return {
        scan_id: trism.scanId(body),
        verdict: found.some(({ type }) => type === 'INJECTION') ? 'flagged' : 'clean',
        findings: found,
        text,
      };
    }),
  );

  on(
    'post',
    'trism',
    '/v1/trism/score',
    validated(ScoreOrder, ({ outputs, ...rest }) => {
      const denied = faults.denied('trism', rest);
      return {
        score_id: randomUUID(),
        policy_version: TRISM_POLICY,
        scores: outputs.map(({ id, output }) => ({
          id,
          ...(denied ? { risk: 1, flags: ['ordered'] } : riskOf(output)),
        })),
      };
    }),
  );
}
