import { streamId } from '@ftm/contracts/ids';
import {
  answered,
  gateRejection,
  notFound,
  NOTHING,
  on,
  reject,
  rejected,
  type Decision,
} from '../decision.ts';
import type { ModelVersionState } from '../model-version/state.ts';
import { succession } from '../model-version/succession.ts';
import type { ProductionPointerCommand } from './commands.ts';
import { holderOf, type ProductionPointerState } from './state.ts';

export function decideProductionPointer(
  command: ProductionPointerCommand,
  state: ProductionPointerState,
  model: ModelVersionState,
): Decision {
  const stream = streamId('production-pointer', command.id);
  const { modelVersionId, reason } = command;
  if (state.status === 'absent') return rejected(notFound('production pointer'));
  const { target } = state;
  const holder = holderOf(state);
  if (model.status === 'absent' || (holder !== null && model.registration.projectId !== holder))
    return rejected(reject('MODEL_VERSION_NOT_FOUND', 'there is no such model version in the project'));
  if (model.status === 'retired') return rejected(reject('MODEL_RETIRED', 'the model version is retired'));
  const refusal = gateRejection(command.gates);
  if (refusal !== undefined) return rejected(refusal);
  const previous = state.status === 'live' ? state.live.modelVersionId : null;
  if (previous === modelVersionId) return on(stream, NOTHING);
  const overridden = {
    type: 'PointerOverridden' as const,
    data: {
      projectId: model.registration.projectId,
      target,
      modelVersionId,
      providerModelId: model.registration.providerModelId,
      previousModelVersionId: previous,
      reason,
    },
  };
  return {
    kind: 'accepted',
    events: [
      ...[overridden, ...answered(command.gates)].map((event) => ({ stream, event })),
      ...succession(previous, modelVersionId, target, null, 'overridden'),
    ],
  };
}
