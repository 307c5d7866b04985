import { streamId } from '@ftm/contracts/ids';
import { defineAggregate, ofProject } from '../aggregate.ts';
import { on } from '../decision.ts';
import type { DatasetCommand } from './commands.ts';
import { decideDataset } from './decide.ts';
import { evolveDataset, initialDataset, type DatasetState } from './state.ts';

export const dataset = defineAggregate<'dataset', DatasetState, DatasetCommand>({
  name: 'dataset',
  commands: {
    RequestDataset: { begins: true },
    StartDatasetSanitization: { begins: false },
    RecordDatasetProgress: { begins: false },
    RecordDatasetSanitized: { begins: false },
    BlockDataset: { begins: false },
    CancelDataset: { begins: false },
    RequestContaminationOverride: { begins: false },
    ApproveContaminationOverride: { begins: true },
    FailDataset: { begins: false },
    RequestDatasetErasure: { begins: false },
    RecordDatasetErased: { begins: false },
  },
  initial: initialDataset,
  evolve: evolveDataset,
  work: {
    started: ['DatasetProgressed', 'DatasetSanitizationStarted'],
    open: ['building', 'pending_sanitization'],
  },
  handle: (command, state, meta) => on(streamId('dataset', command.id), decideDataset(command, state, meta)),
  projectOf: ({ request }) => ofProject(request.projectId),
});
