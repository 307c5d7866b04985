import { streamId } from '@ftm/contracts/ids';
import { defineAggregate, ofProject } from '../aggregate.ts';
import { on } from '../decision.ts';
import type { ReEvalCommand } from './commands.ts';
import { decideReEval } from './decide.ts';
import { evolveReEval, initialReEval, type ReEvalState } from './state.ts';

export const reEval = defineAggregate<'re-eval', ReEvalState, ReEvalCommand>({
  name: 're-eval',
  commands: {
    ScheduleReEval: { begins: true },
    TriggerReEval: { begins: true },
    UnscheduleReEval: { begins: false },
    RecordRegression: { begins: false },
  },
  initial: initialReEval,
  evolve: evolveReEval,
  handle: (command, state) => on(streamId('re-eval', command.id), decideReEval(command, state)),
  projectOf: ({ schedule }) => ofProject(schedule.projectId),
});
