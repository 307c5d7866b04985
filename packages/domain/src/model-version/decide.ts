import { answered, gateRejection, notFound, NOTHING, reject, type Verdict } from '../decision.ts';
import type { ModelVersionCommand } from './commands.ts';
import type { ModelVersionState } from './state.ts';

export function decideModelVersion(command: ModelVersionCommand, state: ModelVersionState): Verdict {
  switch (command.type) {
    case 'RegisterModelVersion':
      if (state.status !== 'absent') return NOTHING;
      return (
        gateRejection(command.gates) ?? [
          { type: 'ModelVersionRegistered', data: command.registration },
          ...answered(command.gates),
        ]
      );
    case 'RetireModelVersion':
      if (state.status === 'absent') return notFound('model version');
      if (state.status === 'retired') return NOTHING;
      if (state.status === 'production')
        return reject(
          'MODEL_IN_PRODUCTION',
          `the version is live for ${state.targets.map((each) => `${each.type} ${each.value}`).join(', ')}; promote another one first`,
        );
      return [{ type: 'ModelVersionRetired', data: { reason: command.reason } }];
    case 'AnnounceEndOfLife':
      if (state.status === 'absent') return notFound('model version');
      if (state.endOfLife?.shutdownDate === command.announcement.shutdownDate) return NOTHING;
      return [{ type: 'ModelEndOfLifeAnnounced', data: command.announcement }];
    case 'WarnOfEndOfLife': {
      if (state.status === 'absent') return notFound('model version');
      const { warning } = command;
      if (state.endOfLife?.shutdownDate !== warning.shutdownDate)
        return reject('END_OF_LIFE_NOT_ANNOUNCED', `no shutdown is announced for ${warning.shutdownDate}`);
      return state.warnedWithinDays !== null && state.warnedWithinDays <= warning.withinDays
        ? NOTHING
        : [{ type: 'ModelEndOfLifeWarned', data: warning }];
    }
  }
}
