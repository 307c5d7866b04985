import { streamId } from '@ftm/contracts/ids';
import { defineAggregate, ofProject } from '../aggregate.ts';
import { modelVersion } from '../model-version/model-version.ts';
import type { ProductionPointerCommand } from './commands.ts';
import { decideProductionPointer } from './decide.ts';
import { evolveProductionPointer, initialProductionPointer, type ProductionPointerState } from './state.ts';

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
  projectOf: ({ projectId }) => ofProject(projectId),
});
