import { ourWords } from '@ftm/contracts/scanned-text';
import type { Command } from '../command.ts';
import { datasetRequested, datasetSanitized, gate } from '../testing/examples.ts';
import { given, type Past } from '../testing/spec.ts';

const stream = 'dataset/d1' as const;
const request: Command = { type: 'RequestDataset', id: 'd1', request: datasetRequested, gates: [gate()] };
const start = (attempt: number): Command => ({
  type: 'StartDatasetSanitization',
  id: 'd1',
  attempt,
  profile: 'default',
});
const sanitized: Command = { type: 'RecordDatasetSanitized', id: 'd1', result: datasetSanitized };
const block: Command = {
  type: 'BlockDataset',
  id: 'd1',
  gate: 'trism',
  reasons: [],
  rejectionsObject: null,
};

const building: Past[] = [{ stream, event: { type: 'DatasetRequested', data: datasetRequested } }];
const sanitizing: Past[] = [
  ...building,
  { stream, event: { type: 'DatasetSanitizationStarted', data: { attempt: 1, profile: 'default' } } },
];
const ready: Past[] = [
  ...sanitizing,
  { stream, event: { type: 'DatasetSanitized', data: datasetSanitized } },
];
const blocked: Past[] = [
  ...building,
  { stream, event: { type: 'DatasetBlocked', data: { gate: 'trism', reasons: [], rejectionsObject: null } } },
];

const contaminated: Past[] = [
  ...sanitizing,
  {
    stream,
    event: { type: 'DatasetBlocked', data: { gate: 'contamination', reasons: [], rejectionsObject: null } },
  },
];
const askOverride: Command = {
  type: 'RequestContaminationOverride',
  id: 'd1',
  reason: ourWords('known overlap'),
};
const approveOverride: Command = { type: 'ApproveContaminationOverride', id: 'd1', gates: [gate()] };
const overrideAsked: Past[] = [
  ...contaminated,
  {
    stream,
    event: { type: 'DatasetContaminationOverrideRequested', data: { reason: 'known overlap' } },
    actor: 'user:ada',
  },
];
const overridden: Past[] = [
  ...overrideAsked,
  {
    stream,
    event: {
      type: 'DatasetContaminationOverridden',
      data: { requestedBy: 'user:ada', approvedBy: 'user:bob', reason: 'known overlap' },
    },
  },
];

describe('a dataset', () => {
  it('is asked for once; a gate’s no is recorded with it', async () => {
    await given()
      .when(request)
      .thenGives(
        { type: 'DatasetRequested', data: datasetRequested },
        { type: 'GateAnswered', data: gate() },
      );
    await given(...building)
      .when(request)
      .thenGives({ type: 'GateAnswered', data: gate() });
    await given()
      .when({ ...request, gates: [gate('deny')] })
      .thenGives(
        { type: 'DatasetRequested', data: datasetRequested },
        { type: 'GateAnswered', data: gate('deny') },
        {
          type: 'DatasetBlocked',
          data: { gate: 'g', reasons: gate('deny').reasons, rejectionsObject: null },
        },
      );
  });

  it('is ready only after sanitisation was started', async () => {
    await given(...building)
      .when(sanitized)
      .thenRejects('DATASET_NOT_SANITIZED');
    await given(...building)
      .when(start(1))
      .thenGives({ type: 'DatasetSanitizationStarted', data: { attempt: 1, profile: 'default' } });
    await given(...sanitizing)
      .when(sanitized)
      .thenGives({ type: 'DatasetSanitized', data: datasetSanitized });
    await given().when(start(1)).thenRejects('NOT_FOUND');
  });

  it('takes a repeated step for done, and a new attempt for new', async () => {
    await given(...sanitizing)
      .when(start(1))
      .thenGives();
    await given(...sanitizing)
      .when(start(2))
      .thenGives({ type: 'DatasetSanitizationStarted', data: { attempt: 2, profile: 'default' } });
    await given(...ready)
      .when(sanitized)
      .thenGives();
    await given(...blocked)
      .when(block)
      .thenGives();
  });

  it('never gets other bytes than it has', async () => {
    await given(...ready)
      .when({ ...sanitized, result: { ...datasetSanitized, contentSha256: 'other' } })
      .thenRejects('DATASET_NOT_REPRODUCIBLE');
  });

  it('is erased in two steps, each once, when it has settled', async () => {
    const erase: Command = { type: 'RequestDatasetErasure', id: 'd1', reason: ourWords('asked for') };
    const erased: Command = {
      type: 'RecordDatasetErased',
      id: 'd1',
      dataKeyId: 'key-1',
      uploadDataKeyId: 'key-2',
    };
    for (const past of [ready, blocked])
      await given(...past)
        .when(erase)
        .thenGives({ type: 'DatasetErasureRequested', data: { reason: 'asked for' } });
    await given(...sanitizing)
      .when(erase)
      .thenRejects('DATASET_NOT_SETTLED');
    await given(...ready)
      .when(erased)
      .thenRejects('DATASET_NOT_ERASING');
    const erasing: Past[] = [
      ...ready,
      { stream, event: { type: 'DatasetErasureRequested', data: { reason: 'asked for' } } },
    ];
    await given(...erasing)
      .when(erase)
      .thenGives();
    await given(...erasing)
      .when(erased)
      .thenGives({
        type: 'DatasetErased',
        data: { reason: 'asked for', dataKeyId: 'key-1', uploadDataKeyId: 'key-2' },
      });
    const gone: Past[] = [
      ...erasing,
      {
        stream,
        event: {
          type: 'DatasetErased',
          data: { reason: 'asked for', dataKeyId: 'key-1', uploadDataKeyId: 'key-2' },
        },
      },
    ];
    for (const again of [erase, erased])
      await given(...gone)
        .when(again)
        .thenGives();
    await given(...gone)
      .when(sanitized)
      .thenRejects('DATASET_SETTLED');
  });

  it('is settled for good', async () => {
    await given(...ready)
      .when(block)
      .thenRejects('DATASET_SETTLED');
    await given(...blocked)
      .when(sanitized)
      .thenRejects('DATASET_SETTLED');
    await given(...blocked)
      .when(start(2))
      .thenRejects('DATASET_SETTLED');
  });

  it('that is contaminated is let through by two people only', async () => {
    await given(...contaminated)
      .when(askOverride)
      .thenGives({ type: 'DatasetContaminationOverrideRequested', data: { reason: 'known overlap' } });
    await given(...overrideAsked)
      .when(askOverride)
      .thenGives();
    await given(...contaminated)
      .when(approveOverride, 'user:bob')
      .thenRejects('OVERRIDE_NOT_ASKED');
    await given(...overrideAsked)
      .when(approveOverride, 'user:ada')
      .thenRejects('FOUR_EYES');
    await given(...overrideAsked)
      .when({ ...approveOverride, gates: [gate('deny')] }, 'user:bob')
      .thenRejects('GATE_DENIED');
    await given(...overrideAsked)
      .when(approveOverride, 'user:bob')
      .thenGives(
        { type: 'GateAnswered', data: gate() },
        {
          type: 'DatasetContaminationOverridden',
          data: { requestedBy: 'user:ada', approvedBy: 'user:bob', reason: 'known overlap' },
        },
      );
    await given(...overridden)
      .when(approveOverride, 'user:bob')
      .thenGives({ type: 'GateAnswered', data: gate() });
    await given(...overridden)
      .when(sanitized)
      .thenRejects('DATASET_NOT_SANITIZED');
    await given(...overridden)
      .when(start(2))
      .thenGives({ type: 'DatasetSanitizationStarted', data: { attempt: 2, profile: 'default' } });
  });

  it('that was blocked by anything else is not let through', async () => {
    await given(...blocked)
      .when(askOverride)
      .thenRejects('NOT_CONTAMINATED');
    await given(...ready)
      .when(askOverride)
      .thenRejects('NOT_CONTAMINATED');
    await given().when(askOverride).thenRejects('NOT_FOUND');
  });

  it('is canceled while it is built, and not after', async () => {
    const cancel: Command = { type: 'CancelDataset', id: 'd1', reason: ourWords('not wanted') };
    const [event] = await given(...sanitizing)
      .when(cancel)
      .thenGives({
        type: 'DatasetFailed',
        data: {
          code: 'CANCELED',
          message: 'not wanted',
          remedy: 'rebuild it if it is wanted after all',
          retryable: true,
          rejectionsObject: null,
        },
      });
    if (event === undefined) return;
    await given(...sanitizing, event)
      .when(cancel)
      .thenGives();
    await given(...sanitizing, event)
      .when(sanitized)
      .thenRejects('DATASET_SETTLED');
    await given(...ready)
      .when(cancel)
      .thenRejects('DATASET_SETTLED');
  });

  it('tells how far it is while it is built', async () => {
    const progress: Command = {
      type: 'RecordDatasetProgress',
      id: 'd1',
      progress: { stage: 'ingesting', rowsRead: 10, rowsRejected: 1 },
    };
    await given(...sanitizing)
      .when(progress)
      .thenGives({ type: 'DatasetProgressed', data: { stage: 'ingesting', rowsRead: 10, rowsRejected: 1 } });
    await given(...ready)
      .when(progress)
      .thenRejects('DATASET_SETTLED');
  });
});
