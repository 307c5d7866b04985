import type { TenantId } from '@ftm/contracts/ids';
import type { GateAnswer } from '@ftm/domain/gate-answer';
import type { GovernanceQuestion, OrchestratorClient } from '@ftm/orchestrator/client';
import { counter } from '@ftm/runtime/metrics';

const answers = counter('ftm_gate_answers_total', 'Answers of gates', ['gate', 'decision']);

/** Who asks, and what for. */
export interface Asker {
  readonly tenant: TenantId;
  readonly actor: string;
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly now: string;
}

/** What is asked: the action, what it is about, and all of the request that a policy may want to know. */
export type Question = Pick<GovernanceQuestion, 'action' | 'projectId' | 'resource' | 'context'>;

/** Every answer of a gate is counted here. */
export function counted(answer: GateAnswer): GateAnswer {
  answers.inc({ gate: answer.gate, decision: answer.decision });
  return answer;
}

/**
 * Asks the Orchestrator whether an action is allowed. Its reasons are words of people, too: TRiSM reads them before the log does.
 * @throws OrchestratorUnavailable: who cannot be asked has not said yes
 */
export async function askGate(
  orchestrator: Pick<OrchestratorClient, 'checkGovernance' | 'scan'>,
  { tenant, actor, fingerprint, now }: Asker,
  question: Question,
): Promise<GateAnswer> {
  const { decision, decisionId, reasons, policyVersion } = await orchestrator.checkGovernance(
    { ...question, tenantId: tenant, actor },
    { fingerprint, at: now },
  );
  const of = { tenantId: tenant, projectId: question.projectId ?? '*' };
  return counted({
    gate: question.action,
    decision,
    decisionId,
    reasons: await Promise.all(
      reasons.map(async ({ code, message }) => ({
        code,
        message: (await orchestrator.scan(of, message)).text,
      })),
    ),
    policyVersion,
  });
}
