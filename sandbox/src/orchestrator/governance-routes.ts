import { createHash, randomUUID } from 'node:crypto';
import type { Faults } from './faults.ts';
import { judge, POLICY_VERSION, Question, type Policy } from './governance.ts';
import { HttpProblem, validated } from './http.ts';
import type { On } from './on.ts';
import { openJsonLines } from './store.ts';

/** The gates. An answer is kept under the key of its question, so that a repeat gets the same one. */
export function governanceRoutes(on: On, faults: Faults, policies: readonly Policy[], dataDir: string): void {
  const decisions = openJsonLines<{ key: string; question?: string; answer: Record<string, unknown> }>(
    dataDir,
    'decisions.jsonl',
  );
  const decided = new Map(decisions.rows.map((row) => [row.key, row]));
  on(
    'post',
    'governance',
    '/v1/governance/check',
    validated(Question, (asked, request) => {
      const key = request.get('idempotency-key');
      const question = createHash('sha256').update(JSON.stringify(asked)).digest('hex');
      const known = key === undefined ? undefined : decided.get(`${asked.tenant_id} ${key}`);
      // The answer to one question is never the answer to another.
      if (known?.question !== undefined && known.question !== question)
        throw new HttpProblem(422, 'IDEMPOTENCY_KEY_REUSED', 'the key was used for another question');
      if (known !== undefined) return known.answer;
      const reasons = faults.denied('governance', asked)
        ? [{ code: 'ORDERED', message: 'a denial was ordered' }]
        : judge(asked, policies);
      const answer = {
        decision_id: randomUUID(),
        decision: reasons.length === 0 ? 'allow' : 'deny',
        reasons,
        policy_version: POLICY_VERSION,
        decided_at: new Date().toISOString(),
      };
      if (key !== undefined) {
        const row = { key: `${asked.tenant_id} ${key}`, question, answer };
        decisions.append([row]);
        decided.set(row.key, row);
      }
      return answer;
    }),
  );
}
