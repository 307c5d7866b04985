import { answered, denied, gateRejection, notFound, NOTHING, reject, type Verdict } from '../decision.ts';
import type { DatasetCommand } from './commands.ts';
import type { CommandMeta } from '../command-meta.ts';
import { CONTAMINATION_GATE, type DatasetState } from './state.ts';

/** What a dataset that was canceled failed of. */
export const CANCELED = 'CANCELED';

export function decideDataset(command: DatasetCommand, state: DatasetState, meta: CommandMeta): Verdict {
  switch (command.type) {
    case 'RequestDataset': {
      if (state.status !== 'absent') return NOTHING;
      const no = denied(command.gates);
      return [
        { type: 'DatasetRequested', data: command.request },
        ...answered(command.gates),
        ...(no === undefined
          ? []
          : [
              {
                type: 'DatasetBlocked' as const,
                data: { gate: no.gate, reasons: no.reasons, rejectionsObject: null },
              },
            ]),
      ];
    }
    case 'StartDatasetSanitization':
      if (state.status === 'pending_sanitization' && state.attempt >= command.attempt) return NOTHING;
      return whileBuilding(state, [
        { type: 'DatasetSanitizationStarted', data: { attempt: command.attempt, profile: command.profile } },
      ]);
    case 'RecordDatasetProgress':
      return whileBuilding(state, [{ type: 'DatasetProgressed', data: command.progress }]);
    case 'RecordDatasetSanitized':
      if (state.status === 'ready') {
        // The recipe fixes the bytes: a second run that gave other ones is a defect that must be seen.
        return state.result.contentSha256 === command.result.contentSha256
          ? NOTHING
          : reject('DATASET_NOT_REPRODUCIBLE', 'the dataset is ready with other content');
      }
      if (state.status === 'building')
        return reject('DATASET_NOT_SANITIZED', 'sanitisation was never started');
      return whileBuilding(state, [{ type: 'DatasetSanitized', data: command.result }]);
    case 'BlockDataset':
      if (state.status === 'blocked') return NOTHING;
      return whileBuilding(state, [
        {
          type: 'DatasetBlocked',
          data: {
            gate: command.gate,
            reasons: command.reasons,
            rejectionsObject: command.rejectionsObject,
          },
        },
      ]);
    case 'CancelDataset':
      return cancel(state, command.reason);
    case 'RequestContaminationOverride':
    case 'ApproveContaminationOverride':
      return override(command, state, meta);
    case 'FailDataset':
      if (state.status === 'failed') return NOTHING;
      return whileBuilding(state, [{ type: 'DatasetFailed', data: command.failure }]);
    case 'RequestDatasetErasure':
      return requestErasure(state, command.reason);
    case 'RecordDatasetErased': {
      if (state.status === 'erased') return NOTHING;
      if (state.status !== 'erasing') return reject('DATASET_NOT_ERASING', 'nobody asked for its erasure');
      const { dataKeyId, uploadDataKeyId } = command;
      return [{ type: 'DatasetErased', data: { reason: state.reason, dataKeyId, uploadDataKeyId } }];
    }
  }
}

function cancel(state: DatasetState, reason: string): Verdict {
  if (state.status === 'failed' && state.failure.code === CANCELED) return NOTHING;
  return whileBuilding(state, [
    {
      type: 'DatasetFailed',
      data: {
        code: CANCELED,
        message: reason,
        remedy: 'rebuild it if it is wanted after all',
        retryable: true,
        rejectionsObject: null,
      },
    },
  ]);
}

/** Two people: one asks, another approves. */
function override(
  command: Extract<DatasetCommand, { type: 'RequestContaminationOverride' | 'ApproveContaminationOverride' }>,
  state: DatasetState,
  meta: CommandMeta,
): Verdict {
  if (state.status === 'absent') return notFound('dataset');
  const approving = command.type === 'ApproveContaminationOverride';
  if (approving && state.override !== null) return NOTHING;
  if (state.status !== 'blocked' || state.gate !== CONTAMINATION_GATE)
    return reject('NOT_CONTAMINATED', 'only a dataset that was blocked by contamination can be let through');
  const asked = state.overrideAsked;
  if (!approving)
    return asked === null
      ? [{ type: 'DatasetContaminationOverrideRequested', data: { reason: command.reason } }]
      : NOTHING;
  if (asked === null) return reject('OVERRIDE_NOT_ASKED', 'nobody asked for the override');
  if (asked.by === meta.actor) return reject('FOUR_EYES', 'who asked for the override cannot approve it');
  const no = gateRejection(command.gates);
  if (no !== undefined) return no;
  return [
    ...answered(command.gates),
    {
      type: 'DatasetContaminationOverridden',
      data: { requestedBy: asked.by, approvedBy: meta.actor, reason: asked.reason },
    },
  ];
}

/** While it is being built its bytes are still coming: whoever wants it erased asks again when it has settled. */
function requestErasure(state: DatasetState, reason: string): Verdict {
  switch (state.status) {
    case 'absent':
      return notFound('dataset');
    case 'erasing':
    case 'erased':
      return NOTHING;
    case 'building':
    case 'pending_sanitization':
      return reject(
        'DATASET_NOT_SETTLED',
        `the dataset is ${state.status}: ask again when it is built or failed`,
      );
    case 'ready':
    case 'blocked':
    case 'failed':
      return [{ type: 'DatasetErasureRequested', data: { reason } }];
  }
}

function whileBuilding(state: DatasetState, events: Verdict): Verdict {
  switch (state.status) {
    case 'absent':
      return notFound('dataset');
    case 'building':
    case 'pending_sanitization':
      return events;
    case 'ready':
    case 'blocked':
    case 'failed':
    case 'erasing':
    case 'erased':
      return reject('DATASET_SETTLED', `the dataset is ${state.status}`);
  }
}
