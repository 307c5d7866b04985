import { streamId } from '@ftm/contracts/ids';
import { defineAggregate, ofProject, type Load } from '../aggregate.ts';
import type { CommandMeta } from '../command-meta.ts';
import { modelVersion } from '../model-version/model-version.ts';
import { productionPointer } from '../production-pointer/production-pointer.ts';
import { pointerId } from '../production-pointer/state.ts';
import type { PromotionCommand } from './commands.ts';
import { decidePromotion, type PromotionContext } from './decide.ts';
import { evolvePromotion, initialPromotion, type PromotionState } from './state.ts';

export const promotion = defineAggregate<'promotion', PromotionState, PromotionCommand>({
  name: 'promotion',
  commands: {
    RequestPromotion: {
      begins: true,
      reads: ({ modelVersionId, target }, tenant) => [
        streamId('model-version', modelVersionId),
        streamId('production-pointer', pointerId(tenant, target)),
      ],
    },
    ApprovePromotion: { begins: false },
    RejectPromotion: { begins: false },
    RollBackPromotion: { begins: false },
  },
  initial: initialPromotion,
  evolve: evolvePromotion,
  handle: async (command, state, meta, load) =>
    decidePromotion(command, state, await contextOf(command, state, meta, load), meta),
  projectOf: ({ request }) => ofProject(request.projectId),
});

async function contextOf(
  command: PromotionCommand,
  state: PromotionState,
  { tenantId }: CommandMeta,
  load: Load,
): Promise<PromotionContext> {
  const of = command.type === 'RequestPromotion' ? command : state.status === 'absent' ? null : state.request;
  const pointer = await load(productionPointer, of === null ? null : pointerId(tenantId, of.target));
  const formerId =
    command.type === 'RollBackPromotion' && pointer.status === 'live'
      ? (pointer.history.at(-2)?.modelVersionId ?? null)
      : null;
  return {
    model: await load(modelVersion, of?.modelVersionId ?? null),
    pointer,
    former: await load(modelVersion, formerId),
  };
}
