import { streamId } from '@ftm/contracts/ids';
import { defineAggregate, ofProject } from '../aggregate.ts';
import { on } from '../decision.ts';
import type { EvalSuiteCommand } from './commands.ts';
import { decideEvalSuite } from './decide.ts';
import { evolveEvalSuite, initialEvalSuite, type EvalSuiteState } from './state.ts';

export const evalSuite = defineAggregate<'eval-suite', EvalSuiteState, EvalSuiteCommand>({
  name: 'eval-suite',
  commands: {
    CreateEvalSuite: { begins: true },
    PublishEvalSuiteVersion: { begins: true },
  },
  initial: initialEvalSuite,
  evolve: evolveEvalSuite,
  handle: (command, state) => on(streamId('eval-suite', command.id), decideEvalSuite(command, state)),
  projectOf: ({ projectId }) => ofProject(projectId),
});
