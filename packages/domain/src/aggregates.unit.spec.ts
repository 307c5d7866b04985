import { ourWords } from '@ftm/contracts/scanned-text';
import {
  AGGREGATES,
  parseStreamId,
  streamId,
  tenantStreamId,
  type Aggregate,
  type StreamId,
} from '@ftm/contracts/ids';
import { storedStates } from '@ftm/contracts/testing/stored-log';
import { foldEvents, ForeignEvent } from './aggregate.ts';
import { fold, projectOf, REGISTRY } from './aggregates.ts';
import type { Command } from './command.ts';
import { handle, streamsToPrefetch } from './handle.ts';
import { budgetId } from './budget/state.ts';
import { fineTuneRequested, gate, PROJECT, target } from './testing/examples.ts';
import { TENANT } from './testing/spec.ts';

describe('the registry', () => {
  it('has each aggregate under its own name', () => {
    expect(Object.keys(REGISTRY).sort()).toEqual([...AGGREGATES]);
    for (const [name, aggregate] of Object.entries(REGISTRY)) expect(aggregate.name).toBe(name);
  });

  it('knows each command once', () => {
    const types = Object.values(REGISTRY).flatMap(({ commands }) => Object.keys(commands));
    expect(types).toEqual([...new Set(types)]);
  });

  it('refuses an event on the stream of another aggregate', () => {
    const meta = { time: '2026-01-01T00:00:00.000Z', actor: 'user:ada', version: 1, seq: 1 };
    const event = { type: 'PriceBookRevised' as const, data: { rows: [] } };
    expect(fold('pricing', [{ event, meta }]).status).toBe('revised');
    for (const aggregate of AGGREGATES.filter((each) => each !== 'pricing'))
      expect(() => fold(aggregate, [{ event, meta }])).toThrow(ForeignEvent);
  });
});

describe('whose a resource is', () => {
  const OF_TENANT: readonly Aggregate[] = ['pricing', 'tenant'];

  it.each(storedStates().map(({ stream, state }) => [stream, state] as const))(
    'is said of %s',
    (stream, state) => {
      const { aggregate } = parseStreamId(stream);
      const scope = projectOf(aggregate, state as never);
      if (OF_TENANT.includes(aggregate)) expect(scope).toEqual({ of: 'tenant' });
      else
        expect(scope).toEqual({ of: 'project', projectId: expect.stringMatching(/^(g|research|support)$/) });
    },
  );

  it('is nobody’s as long as it is not there', () => {
    for (const aggregate of Object.values(REGISTRY))
      expect(projectOf(aggregate.name, foldEvents<never>(aggregate as never, []))).toBeNull();
  });
});

describe('what a command reads', () => {
  const {
    trainObject: _t,
    validationObject: _v,
    contaminationApprovedBy: _c,
    budgetMonth: _b,
    ...job
  } = fineTuneRequested;
  const gates = [gate()];
  const commands: readonly Command[] = [
    { type: 'RequestFineTune', id: 'f1', request: { ...job, validationDatasetId: 'd2' }, gates },
    {
      type: 'RequestEvalRun',
      id: 'e1',
      request: {
        projectId: PROJECT,
        suiteId: 's1',
        suiteVersion: null,
        modelRef: { type: 'ft_model_version', value: 'm1' },
        baselineRunId: 'e0',
        nonInferiorityMargin: 0,
        maxCases: null,
        costCapUsdMicros: null,
      },
      gates,
    },
    {
      type: 'RequestPromotion',
      id: 'x1',
      projectId: PROJECT,
      modelVersionId: 'm1',
      target,
      minEvalScore: 0.5,
      minDaysToShutdown: 0,
      notes: null,
      gates,
    },
    { type: 'ApprovePromotion', id: 'x1', evidenceSha256: '', minDaysToShutdown: 0, gates },
    { type: 'RollBackPromotion', id: 'x1', reason: ourWords('r'), gates },
    {
      type: 'OverridePointer',
      id: 'q1',
      modelVersionId: 'm1',
      reason: ourWords('r'),
      gates,
    },
    { type: 'CancelDataset', id: 'd1', reason: ourWords('r') },
    {
      type: 'SetBudget',
      id: budgetId(PROJECT),
      projectId: PROJECT,
      monthlyUsdMicros: null,
      reason: ourWords('r'),
    },
  ];
  /** Known only when something else was read: the budget once the dataset is ready. */
  const LATER: Partial<Record<Command['type'], readonly StreamId[]>> = {
    RequestFineTune: [streamId('budget', budgetId(PROJECT))],
  };

  it.each(commands.map((command) => [command.type, command] as const))(
    'is declared: %s',
    async (type, command) => {
      const loaded: StreamId[] = [];
      await handle(
        command,
        { tenantId: TENANT, actor: 'user:ada', now: '2026-01-02T00:00:00.000Z' },
        {
          load: async (stream) => {
            loaded.push(stream);
            return [];
          },
        },
      );
      const declared = streamsToPrefetch(command, TENANT);
      // A refusal after a gate is written to the tenant's own stream, which is read for it.
      const decided = [...new Set(loaded)].filter(
        (stream) => stream !== tenantStreamId(TENANT) || declared.includes(stream),
      );
      expect([...decided, ...(LATER[type] ?? [])].sort()).toEqual([...declared].sort());
    },
  );
});
