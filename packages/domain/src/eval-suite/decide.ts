import { answered, gateRejection, notFound, NOTHING, type Verdict } from '../decision.ts';
import type { EvalSuiteCommand } from './commands.ts';
import type { EvalSuiteState } from './state.ts';

export function decideEvalSuite(command: EvalSuiteCommand, state: EvalSuiteState): Verdict {
  switch (command.type) {
    case 'CreateEvalSuite':
      if (state.status !== 'absent') return NOTHING;
      return (
        gateRejection(command.gates) ?? [
          { type: 'EvalSuiteCreated', data: { projectId: command.projectId, name: command.name } },
          ...answered(command.gates),
          { type: 'EvalSuiteVersionPublished', data: { ...command.version, suiteVersion: 1 } },
        ]
      );
    case 'PublishEvalSuiteVersion':
      if (state.status === 'absent') return notFound('eval suite');
      return (
        gateRejection(command.gates) ?? [
          ...answered(command.gates),
          {
            type: 'EvalSuiteVersionPublished',
            data: { ...command.version, suiteVersion: state.versions.length + 1 },
          },
        ]
      );
  }
}
