import { streamId } from '@ftm/contracts/ids';
import { defineAggregate, ofProject, type Load } from '../aggregate.ts';
import { modelVersion } from '../model-version/model-version.ts';
import { productionPointer } from '../production-pointer/production-pointer.ts';
import type { PromotionCommand } from './commands.ts';
import { decidePromotion, type PromotionContext } from './decide.ts';
import { evolvePromotion, initialPromotion, type PromotionState } from './state.ts';

export const promotion = defineAggregate<'promotion', PromotionState, PromotionCommand>({
  name: 'promotion',
  commands: {
    RequestPromotion: {
      begins: true,
      reads: ({ modelVersionId }) => [streamId('model-version', modelVersionId)],
    },
    ApprovePromotion: {
      begins: false,
      reads: ({ pointerId }) => [streamId('production-pointer', pointerId)],
    },
    RejectPromotion: { begins: false },
    RollBackPromotion: {
      begins: false,
      reads: ({ pointerId }) => [streamId('production-pointer', pointerId)],
    },
  },
  initial: initialPromotion,
  evolve: evolvePromotion,
  handle: async (command, state, meta, load) =>
    decidePromotion(command, state, await contextOf(command, state, load), meta),
  projectOf: ({ request }) => ofProject(request.projectId),
});

async function contextOf(
  command: PromotionCommand,
  state: PromotionState,
  load: Load,
): Promise<PromotionContext> {
  const known = state.status === 'absent' ? null : state.request.modelVersionId;
  const modelId = command.type === 'RequestPromotion' ? command.modelVersionId : known;
  const pointer = await load(productionPointer, 'pointerId' in command ? command.pointerId : null);
  const formerId =
    command.type === 'RollBackPromotion' && pointer.status === 'live'
      ? (pointer.history.at(-2)?.modelVersionId ?? null)
      : null;
  return {
    model: await load(modelVersion, modelId),
    pointer,
    former: await load(modelVersion, formerId),
  };
}
