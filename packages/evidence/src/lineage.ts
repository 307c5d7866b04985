import type { FtmEvent } from '@ftm/contracts/generated/events';
import { streamId, type StreamId, type TenantId } from '@ftm/contracts/ids';
import { pointerId } from '@ftm/domain/production-pointer/state';

/**
 * Streams that an event leans on: what the lineage of a model goes on with. Other models are not among them: each has
 * a pack of its own.
 */
export function referencesOf(tenant: TenantId, event: FtmEvent): StreamId[] {
  switch (event.type) {
    case 'ModelVersionRegistered':
      return [...maybe('fine-tune', event.data.ftJobId), ...maybe('dataset', event.data.datasetId)];
    case 'ModelVersionEvaluated':
      return [streamId('eval-run', event.data.evalRunId), streamId('eval-suite', event.data.suiteId)];
    case 'ModelVersionPromoted':
      return [
        ...maybe('promotion', event.data.promotionId),
        streamId('production-pointer', pointerId(tenant, event.data.target)),
      ];
    case 'FineTuneRequested':
      return [streamId('dataset', event.data.datasetId)];
    case 'DatasetRequested':
      return [
        ...maybe('dataset', event.data.source.datasetId),
        ...event.data.source.datasetIds.map((id) => streamId('dataset', id)),
        ...maybe('dataset', event.data.rebuildOf),
        ...event.data.evalSuiteIds.map((id) => streamId('eval-suite', id)),
      ];
    case 'EvalRunRequested':
      return [streamId('eval-suite', event.data.suiteId), ...maybe('eval-run', event.data.baselineRunId)];
    case 'PromotionRequested':
      return event.data.evidence === null ? [] : [streamId('eval-run', event.data.evidence.evalRunId)];
    default:
      return [];
  }
}

/**
 * Streams that are about a model without its own stream saying so: evals of it, and what was asked for it and
 * refused.
 */
export function isAbout(modelVersionId: string, event: FtmEvent): boolean {
  if (event.type === 'PromotionRequested') return event.data.modelVersionId === modelVersionId;
  return event.type === 'EvalRunRequested' && event.data.modelRef.value === modelVersionId;
}

const maybe = (
  aggregate: 'fine-tune' | 'dataset' | 'promotion' | 'eval-run',
  id: string | null,
): StreamId[] => (id === null ? [] : [streamId(aggregate, id)]);
