import { randomUUID } from 'node:crypto';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import { commandId, digest, parseStreamId, tenantStreamId } from '@ftm/contracts/ids';
import type { Commander } from '@ftm/commands/commander';
import type { GateAnswer } from '@ftm/domain/gate-answer';
import { askGate as askOrchestrator, type GateAsker } from '@ftm/orchestrator/ask-gate';
import { counter } from '@ftm/runtime/metrics';
import { traceparent } from '@ftm/runtime/telemetry';

const answers = counter('ftm_gate_answers_total', 'Answers of gates', ['gate', 'decision']);

/** Every answer of a gate is counted here. */
export function counted(answer: GateAnswer): GateAnswer {
  answers.inc({ gate: answer.gate, decision: answer.decision });
  return answer;
}

/** The answer of the Orchestrator's gate, counted. @throws OrchestratorUnavailable: who cannot be asked has not said yes */
export const askGate = async (...asked: Parameters<typeof askOrchestrator>): Promise<GateAnswer> =>
  counted(await askOrchestrator(...asked));

/**
 * What gates answered about something that no stream came of, on the tenant's own: once for each answer, however often it is told.
 * @throws LogUnavailable
 */
export async function recordAnswers(
  commander: Pick<Commander, 'execute'>,
  { tenant, actor, fingerprint, now }: GateAsker,
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
