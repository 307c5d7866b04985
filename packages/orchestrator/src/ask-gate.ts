import type { GateAnswered } from '@ftm/contracts/generated/events';
import type { TenantId } from '@ftm/contracts/ids';
import type { GovernanceQuestion, OrchestratorClient } from './client.ts';

/** Who asks, and for which request. */
export interface GateAsker {
  readonly tenant: TenantId;
  readonly actor: string;
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly now: string;
}

/** What is asked: the action, what it is about, and all of the request that a policy may want to know. */
export type Question = Pick<GovernanceQuestion, 'action' | 'projectId' | 'resource' | 'context'>;

/**
 * Asks the Orchestrator whether an action is allowed. Its reasons are words of people, too: TRiSM reads them before the log does.
 * @throws OrchestratorUnavailable: who cannot be asked has not said yes
 */
export async function askGate(
  orchestrator: Pick<OrchestratorClient, 'checkGovernance' | 'scan'>,
  { tenant, actor, fingerprint, now }: GateAsker,
  question: Question,
): Promise<GateAnswered> {
  const { decision, decisionId, reasons, policyVersion } = await orchestrator.checkGovernance(
    { ...question, tenantId: tenant, actor },
    { fingerprint, at: now },
  );
  const of = { tenantId: tenant, projectId: question.projectId ?? '*' };
  return {
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
  };
}
