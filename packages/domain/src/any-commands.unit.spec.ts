import fc from 'fast-check';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import { parseStreamId, tenantStreamId, type StreamId } from '@ftm/contracts/ids';
import { ourWords } from '@ftm/contracts/scanned-text';
import { fold, foldOf } from './aggregates.ts';
import { budgetId } from './budget/state.ts';
import type { Command } from './command.ts';
import type { PastEvent } from './event-meta.ts';
import { handle } from './handle.ts';
import { refusalOf } from './refusal.ts';
import { ASKING } from './testing/asking.ts';
import { datasetSanitized, fineTuneRequested, gate, PROJECT } from './testing/examples.ts';
import { TENANT } from './testing/spec.ts';

const reason = ourWords('r');
const tenantUuid = parseStreamId(tenantStreamId(TENANT)).id;
const object = datasetSanitized.trainObject;

/** Commands that no gate is asked of, on the same few resources: most of them meet a state that they were not made for. */
const OTHERS: readonly Command[] = [
  { type: 'StartDatasetSanitization', id: 'd1', attempt: 1, profile: 'default' },
  { type: 'StartDatasetSanitization', id: 'd1', attempt: 2, profile: 'default' },
  { type: 'RecordDatasetSanitized', id: 'd1', result: datasetSanitized },
  { type: 'BlockDataset', id: 'd1', gate: 'contamination', reasons: [], rejectionsObject: null },
  { type: 'RequestContaminationOverride', id: 'd1', reason },
  { type: 'CancelDataset', id: 'd1', reason },
  { type: 'RequestDatasetErasure', id: 'd1', reason },
  { type: 'RecordDatasetErased', id: 'd1', dataKeyId: 'k', uploadDataKeyId: null },
  { type: 'StartEvalRun', id: 'e1', attempt: 1, caseCount: 1 },
  { type: 'CancelEvalRun', id: 'e1', reason },
  {
    type: 'ApproveFineTuneCost',
    id: 'f1',
    approval: { approvalId: null, amountUsdMicros: 3, expiresAt: null },
  },
  {
    type: 'IntendSubmit',
    id: 'f1',
    intent: { attempt: 1, requestSha256: 's', trainingFileId: 't', validationFileId: null },
  },
  { type: 'RecordSubmitted', id: 'f1', submitted: { attempt: 1, providerJobId: 'j', adopted: false } },
  { type: 'RequestPause', id: 'f1', reason },
  { type: 'RecordPaused', id: 'f1', providerStatus: 'paused' },
  { type: 'RecordResumed', id: 'f1', providerStatus: 'running' },
  { type: 'RequestCancel', id: 'f1', reason },
  { type: 'RecordCanceled', id: 'f1', canceled: { reason: 'r', trainedTokens: 5, mirrorObject: null } },
  {
    type: 'RecordSucceeded',
    id: 'f1',
    result: {
      providerModelId: 'pm',
      trainedTokens: 5,
      tokensUnknown: false,
      hyperparameters: fineTuneRequested.hyperparameters,
      curveObject: object,
      checkpoints: [],
      selectedCheckpoint: null,
    },
  },
  {
    type: 'RecordCost',
    id: 'f1',
    cost: { trainedTokens: 5, actualUsdMicros: 2, estimatedUsdMicros: 2, usageId: 'u' },
  },
  { type: 'RecordProviderFilesDeleted', id: 'f1', deletion: { fileIds: ['t'], reason: 'job_ended' } },
  { type: 'RetireModelVersion', id: 'm1', reason },
  { type: 'RejectPromotion', id: 'x1', reason },
  { type: 'UnscheduleReEval', id: 'r1', reason },
  { type: 'TriggerReEval', id: 'r1', trigger: { scheduledFor: '2026-01-01T03:00:00.000Z', evalRunId: 'e1' } },
  { type: 'SetBudget', id: budgetId(PROJECT), projectId: PROJECT, monthlyUsdMicros: 2, reason },
  { type: 'SetBudget', id: budgetId(PROJECT), projectId: PROJECT, monthlyUsdMicros: null, reason },
  { type: 'RequestTenantErasure', id: tenantUuid, confirmation: TENANT, reason },
  { type: 'ConfirmTenantErasure', id: tenantUuid, confirmation: TENANT },
  { type: 'RecordTenantErased', id: tenantUuid, dataKeys: 1 },
  { type: 'RecordGateAnswers', id: tenantUuid, gates: [gate('deny')] },
];

const steps = fc.array(
  fc.record({
    command: fc.oneof(
      fc
        .tuple(fc.constantFrom(...Object.values(ASKING)), fc.constantFrom('allow', 'deny'))
        .map(([make, decision]): Command => make([gate(decision)])),
      fc.constantFrom(...OTHERS),
    ),
    actor: fc.constantFrom('user:ada', 'user:bob'),
  }),
  { maxLength: 80 },
);

/** A tenant's log, made of what commands give one after the other. */
async function run(commands: readonly { readonly command: Command; readonly actor: string }[]) {
  const streams = new Map<StreamId, PastEvent[]>();
  const asked: {
    readonly told: readonly FtmEvent[];
    readonly command: Command;
    readonly rejected: boolean;
  }[] = [];
  let seq = 0;
  for (const { command, actor } of commands) {
    const now = new Date(Date.UTC(2026, 0, 2) + seq).toISOString();
    const decision = await handle(
      command,
      { tenantId: TENANT, actor, now },
      { load: async (stream) => streams.get(stream) ?? [] },
    );
    const told = decision.kind === 'accepted' ? decision.events : decision.trace;
    for (const { stream, event } of told) {
      const past = streams.get(stream) ?? [];
      streams.set(stream, past);
      seq += 1;
      past.push({ event, meta: { time: now, actor, version: past.length + 1, seq } });
    }
    asked.push({ told: told.map(({ event }) => event), command, rejected: decision.kind === 'rejected' });
  }
  return { streams, asked };
}

describe('whatever people and runners tell, in whatever order', () => {
  it('gives events that each of their streams takes, one after the other as all at once', () =>
    fc.assert(
      fc.asyncProperty(steps, async (commands) => {
        const { streams } = await run(commands);
        for (const [stream, past] of streams) {
          const { aggregate } = parseStreamId(stream);
          const { evolve, initial } = foldOf(aggregate);
          // As the projector does it: every state has been JSON.
          const stored = past.reduce<typeof initial>(
            (state, { event, meta }) =>
              evolve(JSON.parse(JSON.stringify(state)) as typeof state, event, meta),
            initial,
          );
          const folded = fold(aggregate, past);
          expect(stored).toEqual(folded);
          expect(folded).toMatchObject({ version: past.length, lastSeq: past.at(-1)?.meta.seq });
        }
      }),
    ));

  it('leaves every answer of a gate in the log, and a refusal wherever there was one', () =>
    fc.assert(
      fc.asyncProperty(steps, async (commands) => {
        for (const { told, command, rejected } of (await run(commands)).asked) {
          if (!('gates' in command)) continue;
          expect(told.filter(({ type }) => type === 'GateAnswered')).toHaveLength(command.gates.length);
          expect(refusalOf(told) !== undefined).toBe(rejected);
        }
      }),
    ));
});
