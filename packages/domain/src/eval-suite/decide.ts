import {
  answered,
  gateRejection,
  isRejection,
  notFound,
  NOTHING,
  reject,
  type Verdict,
} from '../decision.ts';
import type { EvalSuiteCommand } from './commands.ts';
import type { EvalSuiteState } from './state.ts';

export function decideEvalSuite(command: EvalSuiteCommand, state: EvalSuiteState): Verdict {
  switch (command.type) {
    case 'CreateEvalSuite': {
      if (state.status !== 'absent') return NOTHING;
      const version = published(command, 1);
      if (isRejection(version)) return version;
      const { projectId, name, gates } = command;
      return [{ type: 'EvalSuiteCreated', data: { projectId, name } }, ...answered(gates), ...version];
    }
    case 'PublishEvalSuiteVersion': {
      if (state.status === 'absent') return notFound('eval suite');
      const version = published(command, state.versions.length + 1);
      return isRejection(version) ? version : [...answered(command.gates), ...version];
    }
  }
}

function published({ gates, version }: EvalSuiteCommand, suiteVersion: number): Verdict {
  const no = gateRejection(gates);
  if (no !== undefined) return no;
  if (version === null) return reject('CASES_NOT_STORED', 'the cases of the version were not stored');
  return [{ type: 'EvalSuiteVersionPublished', data: { ...version, suiteVersion } }];
}
