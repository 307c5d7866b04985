import { streamId } from '@ftm/contracts/ids';
import { defineAggregate, ofProject } from '../aggregate.ts';
import { budgetId } from '../budget/state.ts';
import { dataset } from '../dataset/dataset.ts';
import { on } from '../decision.ts';
import type { FineTuneCommand } from './commands.ts';
import { decideFineTune } from './decide.ts';
import { withMoney } from './money.ts';
import { evolveFineTune, initialFineTune, type FineTuneState } from './state.ts';

export const fineTune = defineAggregate<'fine-tune', FineTuneState, FineTuneCommand>({
  name: 'fine-tune',
  commands: {
    RequestFineTune: {
      begins: true,
      reads: ({ request }) => [
        streamId('dataset', request.datasetId),
        ...(request.validationDatasetId === null ? [] : [streamId('dataset', request.validationDatasetId)]),
        streamId('budget', budgetId(request.projectId)),
      ],
    },
    RecordCostApprovalRequested: { begins: false },
    ApproveFineTuneCost: { begins: false },
    RecordCostApprovalExpired: { begins: false },
    RecordReestimated: { begins: false },
    BlockFineTune: { begins: false },
    DeferSubmit: { begins: false },
    IntendSubmit: { begins: false },
    RecordSubmitted: { begins: false },
    RecordSubmitRefused: { begins: false },
    ResolveSubmit: { begins: false },
    RecordDuplicateCanceled: { begins: false },
    RecordProgress: { begins: false },
    RecordPaused: { begins: false },
    RecordResumed: { begins: false },
    RequestPause: { begins: false },
    RequestResume: { begins: false },
    RequestCancel: { begins: false },
    RecordSucceeded: { begins: false },
    RecordFailed: { begins: false },
    RecordCanceled: { begins: false },
    RecordCost: { begins: false },
    RecordProviderFilesDeleted: { begins: false },
  },
  initial: initialFineTune,
  evolve: evolveFineTune,
  work: { started: ['FineTuneSubmitted'], open: ['queued', 'running', 'paused'] },
  async handle(command, state, meta, load) {
    const asked = command.type === 'RequestFineTune' ? command.request : undefined;
    const context = {
      dataset: await load(dataset, asked?.datasetId ?? null),
      validationDataset: await load(dataset, asked?.validationDatasetId ?? null),
    };
    const verdict = decideFineTune(command, state, context, meta);
    return withMoney(on(streamId('fine-tune', command.id), verdict), { command, state, meta, load });
  },
  projectOf: ({ request }) => ofProject(request.projectId),
});
