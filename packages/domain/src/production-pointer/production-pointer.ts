import { streamId } from '@ftm/contracts/ids';
import { defineAggregate, OF_TENANT, ofProject } from '../aggregate.ts';
import { modelVersion } from '../model-version/model-version.ts';
import type { ProductionPointerCommand } from './commands.ts';
import { decideProductionPointer } from './decide.ts';
import {
  evolveProductionPointer,
  holderOf,
  initialProductionPointer,
  type ProductionPointerState,
} from './state.ts';

export const productionPointer = defineAggregate<
  'production-pointer',
  ProductionPointerState,
  ProductionPointerCommand
>({
  name: 'production-pointer',
  commands: {
    OverridePointer: {
      begins: false,
      reads: ({ modelVersionId }) => [streamId('model-version', modelVersionId)],
    },
  },
  initial: initialProductionPointer,
  evolve: evolveProductionPointer,
  handle: async (command, state, _meta, load) =>
    decideProductionPointer(command, state, await load(modelVersion, command.modelVersionId)),
  projectOf: (state) => {
    const holder = holderOf(state);
    return holder === null ? OF_TENANT : ofProject(holder);
  },
});
