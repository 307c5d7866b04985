import type { Calls } from './calls.ts';
import { garbage } from './http-call.ts';
import * as wire from './wire.ts';

export interface Profiled {
  readonly tenantId: string;
  readonly projectId: string;
  readonly profile: string;
}

/** TRiSM: what may be said, and what is left of what was. */
export const trismCalls = ({ post }: Calls) => ({
  /**
   * At most 500 documents and 4 MB. The answer has the same documents in the same order, and as many texts in each
   * that is kept.
   */
  async sanitize(of: Profiled, documents: readonly wire.Document[]) {
    const answer = await post({
      endpoint: 'sanitize',
      path: '/v1/trism/sanitize',
      answer: wire.Sanitized,
      body: { ...profiled(of), documents },
    });
    const faithful =
      answer.documents.length === documents.length &&
      answer.documents.every(({ id, action, texts }, index) => {
        const sent = documents[index];
        const kept = action === 'pass' || action === 'redact';
        return id === sent?.id && (!kept || texts.length === sent.texts.length);
      });
    if (!faithful) throw garbage('sanitize', 'other documents than were sent');
    return answer;
  },
  scan: (of: { tenantId: string; projectId: string }, text: string) =>
    post({
      endpoint: 'scan',
      path: '/v1/trism/scan',
      answer: wire.Scan,
      body: { tenant_id: of.tenantId, project_id: of.projectId, text },
    }),
  /** A score for each output, in the same order. */
  async score(of: Profiled, outputs: readonly { id: string; output: string }[]) {
    const answer = await post({
      endpoint: 'score',
      path: '/v1/trism/score',
      answer: wire.Score,
      body: { ...profiled(of), outputs },
    });
    const faithful =
      answer.scores.length === outputs.length &&
      answer.scores.every(({ id }, index) => id === outputs[index]?.id);
    if (!faithful) throw garbage('score', 'other outputs than were sent');
    return answer;
  },
});

const profiled = ({ tenantId, projectId, profile }: Profiled) => ({
  tenant_id: tenantId,
  project_id: projectId,
  profile,
});
