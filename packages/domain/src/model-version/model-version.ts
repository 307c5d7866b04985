import { streamId } from '@ftm/contracts/ids';
import { defineAggregate, ofProject } from '../aggregate.ts';
import { on } from '../decision.ts';
import type { ModelVersionCommand } from './commands.ts';
import { decideModelVersion } from './decide.ts';
import { evolveModelVersion, initialModelVersion, type ModelVersionState } from './state.ts';

export const modelVersion = defineAggregate<'model-version', ModelVersionState, ModelVersionCommand>({
  name: 'model-version',
  commands: {
    RegisterModelVersion: { begins: false },
    RetireModelVersion: { begins: false },
    AnnounceEndOfLife: { begins: false },
    WarnOfEndOfLife: { begins: false },
  },
  initial: initialModelVersion,
  evolve: evolveModelVersion,
  handle: (command, state) => on(streamId('model-version', command.id), decideModelVersion(command, state)),
  projectOf: ({ registration }) => ofProject(registration.projectId),
});
