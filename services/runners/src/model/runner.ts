import { inherited } from '@ftm/domain/labels';
import { derivedUuid } from '@ftm/contracts/ids';
import { CommandRejected } from '@ftm/commands/steps';
import { askGate } from '@ftm/orchestrator/ask-gate';
import type { Outcome, Work } from '../tasks.ts';

/** A job succeeded: its model is registered as a candidate, once, when the gate says yes. */
export async function runModelRegistration(work: Work): Promise<Outcome> {
  const state = await work.load('fine-tune');
  if (state.status !== 'completed') return 'done';
  const { request, result, labels } = state;
  // What the rule picked; a job that kept no checkpoints has only its own model.
  const providerModelId = result.selectedCheckpoint?.providerModelId ?? result.providerModelId;
  const id = derivedUuid(work.tenantId, 'model-version', work.id);
  const gate = await askGate(
    work.orchestrator,
    {
      tenant: work.tenantId,
      actor: state.createdBy,
      fingerprint: `ft_job/${work.id}`,
      now: new Date(work.clock.now()).toISOString(),
    },
    {
      action: 'model.register',
      projectId: request.projectId,
      resource: { type: 'model_version', id },
      context: { origin: 'ft_job', ft_job_id: work.id, provider_model_id: providerModelId },
    },
  );
  const registration = {
    projectId: request.projectId,
    origin: 'ft_job' as const,
    ftJobId: work.id,
    datasetId: request.datasetId,
    baseModel: request.baseModel,
    providerModelId,
    selection: result.selectedCheckpoint,
  };
  try {
    await work.record('registered', {
      type: 'RegisterModelVersion',
      id,
      registration,
      ...(labels === undefined ? {} : { labels: inherited(labels) }),
      gates: [gate],
    });
  } catch (error) {
    if (!(error instanceof CommandRejected) || error.code !== 'GATE_DENIED') throw error;
    work.logger.warn('the gate refused to register the model of a job', {
      ftJob: work.id,
      reasons: gate.reasons,
    });
  }
  return 'done';
}
