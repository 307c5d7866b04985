import { ourWords } from '@ftm/contracts/scanned-text';
import { tenantId, tenantStreamId } from '@ftm/contracts/ids';
import type { Command } from '../command.ts';
import { datasetRequested, gate } from '../testing/examples.ts';
import { given, TENANT, type Past } from '../testing/spec.ts';

const id = tenantStreamId(TENANT).slice('tenant/'.length);
const stream = tenantStreamId(TENANT);
const ask: Command = {
  type: 'RequestTenantErasure',
  id,
  confirmation: TENANT,
  reason: ourWords('the contract ended'),
};
const confirm: Command = { type: 'ConfirmTenantErasure', id, confirmation: TENANT };
const erased: Command = { type: 'RecordTenantErased', id, dataKeys: 3 };
const dataset: Command = { type: 'RequestDataset', id: 'd1', request: datasetRequested, gates: [gate()] };

const asked: Past[] = [
  {
    stream,
    event: { type: 'TenantErasureRequested', data: { reason: 'the contract ended' } },
    actor: 'user:ada',
  },
];
const decision = { requestedBy: 'user:ada', confirmedBy: 'user:bob', reason: 'the contract ended' };
const erasing: Past[] = [...asked, { stream, event: { type: 'TenantErasureConfirmed', data: decision } }];
const gone: Past[] = [
  ...erasing,
  { stream, event: { type: 'TenantErased', data: { ...decision, dataKeys: 3 } } },
];

describe('a tenant', () => {
  it('has a stream of its own, derived from its id', () => {
    expect(tenantStreamId(TENANT)).toBe(stream);
    expect(tenantStreamId(tenantId('other'))).not.toBe(stream);
  });
  it('is erased when one asks, another confirms, and the runner has destroyed its keys', async () => {
    await given()
      .when(ask)
      .thenGives({ type: 'TenantErasureRequested', data: { reason: 'the contract ended' } });
    await given(...asked)
      .when(confirm, 'user:bob')
      .thenGives({ type: 'TenantErasureConfirmed', data: decision });
    await given(...erasing)
      .when(erased, 'service:runners')
      .thenGives({ type: 'TenantErased', data: { ...decision, dataKeys: 3 } });
  });
  it('is not erased by one person alone', () =>
    given(...asked)
      .when(confirm, 'user:ada')
      .thenRejects('FOUR_EYES'));
  it('is not erased unless somebody asked', async () => {
    await given().when(confirm, 'user:bob').thenRejects('ERASURE_NOT_ASKED');
    await given(...asked)
      .when(erased)
      .thenRejects('TENANT_NOT_ERASING');
  });
  it('is named once more by both, so that no other is meant', async () => {
    await given()
      .when({ ...ask, confirmation: 'other' })
      .thenRejects('TENANT_NOT_CONFIRMED');
    await given(...asked)
      .when({ ...confirm, confirmation: 'other' }, 'user:bob')
      .thenRejects('TENANT_NOT_CONFIRMED');
  });
  it.each([
    ['asked for twice', asked, ask],
    ['confirmed twice', erasing, confirm],
    ['asked for when it is gone', gone, ask],
    ['recorded twice', gone, erased],
  ])('is erased once: nothing more happens when it is %s', (_, past, command) =>
    given(...past)
      .when(command, 'user:bob')
      .thenGives(),
  );
});

describe('a tenant that two people wanted erased', () => {
  const begin: Command[] = [
    dataset,
    { type: 'ApproveContaminationOverride', id: 'd1', gates: [gate()] },
    { type: 'RequestEvalRun', id: 'e1' } as Command,
    { type: 'RequestFineTune', id: 'f1' } as Command,
    { type: 'CreateEvalSuite', id: 's1' } as Command,
    { type: 'PublishEvalSuiteVersion', id: 's1' } as Command,
    { type: 'ScheduleReEval', id: 'r1' } as Command,
    { type: 'TriggerReEval', id: 'r1' } as Command,
    { type: 'RequestPromotion', id: 'p1' } as Command,
  ];
  it.each(begin.map((command) => [command.type, command] as const))('cannot %s', async (_, command) => {
    await given(...erasing)
      .when(command)
      .thenRejects('TENANT_ERASED');
    await given(...gone)
      .when(command)
      .thenRejects('TENANT_ERASED');
  });
  it('can still end what runs', () =>
    given(...erasing, { stream: 'dataset/d1', event: { type: 'DatasetRequested', data: datasetRequested } })
      .when({ type: 'CancelDataset', id: 'd1', reason: ourWords('erasure') })
      .thenGives({
        type: 'DatasetFailed',
        data: {
          code: 'CANCELED',
          message: 'erasure',
          remedy: 'rebuild it if it is wanted after all',
          retryable: true,
          rejectionsObject: null,
        },
      }));
  it('begins what it likes until somebody confirms', () =>
    given(...asked)
      .when(dataset)
      .thenGives(
        { type: 'DatasetRequested', data: datasetRequested },
        { type: 'GateAnswered', data: gate() },
      ));
});
