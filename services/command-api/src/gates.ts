import { randomUUID } from 'node:crypto';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import { commandId, digest, parseStreamId, tenantStreamId, type TenantId } from '@ftm/contracts/ids';
import type { Commander } from '@ftm/commands/commander';
import type { GateAnswer } from '@ftm/domain/gate-answer';
import type { GovernanceQuestion, OrchestratorClient } from '@ftm/orchestrator/client';
import { counter } from '@ftm/runtime/metrics';
import { traceparent } from '@ftm/runtime/telemetry';

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

/**
 * What gates answered about something that no stream came of, on the tenant's own: once for each answer, however often it is told.
 * @throws LogUnavailable
 */
export async function recordAnswers(
  commander: Pick<Commander, 'execute'>,
  { tenant, actor, fingerprint, now }: Asker,
  gates: readonly GateAnswer[],
): Promise<void> {
  if (gates.length === 0) return;
  await commander.execute({
    tenantId: tenant,
    commandId: commandId(tenant, digest('ftm.gate-answers', fingerprint, canonicalJson(gates))),
    fingerprint,
    actor,
    correlation: traceparent()?.split('-')[1] ?? randomUUID(),
    causation: null,
    now,
    command: { type: 'RecordGateAnswers', id: parseStreamId(tenantStreamId(tenant)).id, gates },
  });
}
