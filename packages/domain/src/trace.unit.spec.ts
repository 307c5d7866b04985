import type { GateAnswered } from '@ftm/contracts/generated/events';
import { AGGREGATES, parseStreamId, tenantStreamId } from '@ftm/contracts/ids';
import { ourWords } from '@ftm/contracts/scanned-text';
import { storedLog, storedStates } from '@ftm/contracts/testing/stored-log';
import { fold, foldOf } from './aggregates.ts';
import type { Command } from './command.ts';
import { toPast } from './event-meta.ts';
import type { Facts } from './facts.ts';
import { primaryStream } from './handle.ts';
import { evidenceSha256, newestEvidence } from './promotion/evidence.ts';
import { evaluated, gate, modelRegistered, PROJECT, target } from './testing/examples.ts';
import { tenantErased } from './tenant/decide.ts';
import { ASKING } from './testing/asking.ts';
import { given, TENANT, type Past } from './testing/spec.ts';
import { refusalOf } from './refusal.ts';

const TENANT_STREAM = tenantStreamId(TENANT);
const refused = (
  command: Command,
  code: string,
  message: string,
  reasons: GateAnswered['reasons'] | null = null,
) => ({
  type: 'CommandRefused' as const,
  data: { commandType: command.type, stream: primaryStream(command), code, message, reasons },
});
const answered = (data: GateAnswered) => ({ type: 'GateAnswered' as const, data });
const onTenant = <E>(event: E) => ({ stream: TENANT_STREAM, event });

const commands = Object.values(ASKING);

const model: Past = {
  stream: 'model-version/m1',
  event: { type: 'ModelVersionRegistered', data: modelRegistered },
};
const suite: Past = {
  stream: 'eval-suite/s1',
  event: { type: 'EvalSuiteCreated', data: { projectId: PROJECT, name: 's' } },
};

describe('what a gate answers', () => {
  const pasts: readonly (readonly [string, readonly Past[]])[] = [
    ['where there is nothing yet', []],
    ['where everything is there that it is about', [model, suite]],
  ];
  describe.each(pasts)('%s', (_, past) => {
    it.each(['allow', 'deny'] as const)(
      'is in the log whatever becomes of the command: %s',
      async (decision) => {
        const answer = gate(decision, 'some.action');
        for (const make of commands) {
          const command = make([answer]);
          const decided = await given(...past).decision(command);
          const events = decided.kind === 'accepted' ? decided.events : decided.trace;
          expect(events.map(({ event }) => event).filter(({ type }) => type === 'GateAnswered')).toEqual([
            answered(answer),
          ]);
          // On the stream that it concerns, or the tenant's own.
          const { stream } = events.find(({ event }) => event.type === 'GateAnswered') ?? {};
          expect([primaryStream(command), TENANT_STREAM]).toContain(stream);
        }
      },
    );
  });

  it('is on the tenant’s stream when it keeps something from being made', async () => {
    const no = gate('deny');
    for (const command of [
      ASKING.CreateEvalSuite([no]),
      ASKING.ScheduleReEval([no]),
      ASKING.RegisterModelVersion([no]),
    ])
      await given()
        .when(command)
        .thenRejects(
          'GATE_DENIED',
          onTenant(answered(no)),
          onTenant(refused(command, 'GATE_DENIED', 'the gate g said no', no.reasons)),
        );
  });

  it('is on the resource’s stream when there is one', async () => {
    const no = gate('deny');
    const publish = ASKING.PublishEvalSuiteVersion([no]);
    await given(suite)
      .when(publish)
      .thenRejects(
        'GATE_DENIED',
        answered(no),
        refused(publish, 'GATE_DENIED', 'the gate g said no', no.reasons),
      );
  });

  it('is not lost when it was a yes, and something else was in the way', async () => {
    const override = ASKING.OverridePointer([gate()]);
    await given()
      .when(override)
      .thenRejects(
        'NOT_FOUND',
        onTenant(answered(gate())),
        onTenant(refused(override, 'NOT_FOUND', 'there is no such production pointer')),
      );
  });

  it('is not lost when there was nothing to do any more', async () => {
    await given(suite)
      .when(ASKING.CreateEvalSuite([gate()]))
      .thenGives(answered(gate()));
    await given(suite).when(ASKING.CreateEvalSuite([])).thenGives();
  });
});

describe('an attempt to do alone what takes two', () => {
  const message = 'who asked for a promotion cannot approve it';
  const evidence = newestEvidence(
    fold('model-version', [
      { event: model.event, meta: { time: '', actor: 'a', version: 1, seq: 1 } },
      {
        event: { type: 'ModelVersionEvaluated', data: evaluated(0.8, 'pass') },
        meta: { time: '', actor: 'a', version: 2, seq: 2 },
      },
    ]),
  );
  const pending: Past = {
    stream: 'promotion/x1',
    event: {
      type: 'PromotionRequested',
      data: { projectId: PROJECT, modelVersionId: 'm1', target, minEvalScore: 0.5, notes: null, evidence },
    },
  };

  it('leaves who tried it, and what the gate had said', async () => {
    const approve: Command = {
      ...ASKING.ApprovePromotion([gate()]),
      evidenceSha256: evidence === null ? '' : evidenceSha256(evidence),
    };
    await given(model, pending)
      .when(approve, 'user:ada')
      .thenRejects('FOUR_EYES', answered(gate()), refused(approve, 'FOUR_EYES', message));
  });

  it('leaves a trace also where no gate stands', async () => {
    const confirm: Command = {
      type: 'ConfirmTenantErasure',
      id: TENANT_STREAM.slice('tenant/'.length),
      confirmation: TENANT,
    };
    await given({ stream: TENANT_STREAM, event: { type: 'TenantErasureRequested', data: { reason: 'r' } } })
      .when(confirm, 'user:ada')
      .thenRejects('FOUR_EYES', refused(confirm, 'FOUR_EYES', 'who asked for the erasure cannot confirm it'));
  });
});

describe('a command that nobody was asked about', () => {
  it('is refused without a trace', async () => {
    for (const command of [
      { type: 'CancelDataset', id: 'd1', reason: ourWords('r') },
      { type: 'RetireModelVersion', id: 'm9', reason: ourWords('r') },
    ] satisfies Command[])
      expect(await given().decision(command)).toMatchObject({ kind: 'rejected', trace: [] });
  });
});

describe('a refusal in the log', () => {
  it('is the one that was given', async () => {
    for (const make of commands) {
      const decision = await given().decision(make([gate('deny')]));
      if (decision.kind === 'rejected')
        expect(refusalOf(decision.trace.map(({ event }) => event))).toEqual(decision.rejection);
      else expect(refusalOf(decision.events.map(({ event }) => event))).toBeUndefined();
    }
  });
  it('is none of what was accepted', () => {
    expect(refusalOf([])).toBeUndefined();
    expect(refusalOf(storedLog().map(({ event }) => event))).toBeUndefined();
  });
});

describe('a trace', () => {
  const meta = { time: '2027-01-01T00:00:00.000Z', actor: 'user:eve', version: 99, seq: 999 };
  const no = refused(ASKING.CreateEvalSuite([]), 'NO', 'no');

  it.each(storedStates().map(({ tenant, stream }) => [stream, tenant] as const))(
    'moves the facts of %s, and nothing else',
    (stream, tenant) => {
      const { aggregate } = parseStreamId(stream);
      const { evolve } = foldOf(aggregate);
      const before = fold(
        aggregate,
        storedLog()
          .filter(({ envelope }) => envelope.tenantId === tenant && envelope.stream === stream)
          .map(toPast),
      );
      if (before.status === 'absent') throw new Error('it is there');
      const moved = { ...before, updatedAt: meta.time, version: 99, lastSeq: 999 };
      expect(evolve(before, no, meta)).toEqual(moved);
      const facts: Facts = before;
      expect(evolve(before, answered(gate()), meta)).toEqual({
        ...moved,
        governanceDecisionId: gate().decisionId,
        gates: [...facts.gates, gate()],
      });
    },
  );

  it.each(AGGREGATES.filter((each) => each !== 'tenant'))(
    'cannot be the first that happens to %s',
    (aggregate) => {
      for (const event of [no, answered(gate())])
        expect(() => fold(aggregate, [{ event, meta }])).toThrow(
          `${event.type} cannot follow the status absent`,
        );
    },
  );

  it('may be the first of a tenant, which is active then, and erased as before', async () => {
    const first = { ...meta, version: 1 };
    expect(fold('tenant', [{ event: answered(gate()), meta: first }])).toEqual({
      status: 'active',
      createdAt: meta.time,
      updatedAt: meta.time,
      createdBy: 'user:eve',
      version: 1,
      lastSeq: 999,
      governanceDecisionId: gate().decisionId,
      gates: [gate()],
    });
    const id = TENANT_STREAM.slice('tenant/'.length);
    const active: Past = { stream: TENANT_STREAM, event: no };
    const ask: Command = {
      type: 'RequestTenantErasure',
      id,
      confirmation: TENANT,
      reason: ourWords('the contract ended'),
    };
    const asked: Past = {
      stream: TENANT_STREAM,
      event: { type: 'TenantErasureRequested', data: { reason: 'the contract ended' } },
    };
    await given(active).when(ask).thenGives(asked.event);
    await given(active)
      .when({ type: 'ConfirmTenantErasure', id, confirmation: TENANT })
      .thenRejects('ERASURE_NOT_ASKED');
    const decided = { requestedBy: 'user:ada', confirmedBy: 'user:bob', reason: 'the contract ended' };
    await given(active, asked, active)
      .when({ type: 'ConfirmTenantErasure', id, confirmation: TENANT }, 'user:bob')
      .thenGives({ type: 'TenantErasureConfirmed', data: decided });
    await given(
      active,
      asked,
      { stream: TENANT_STREAM, event: { type: 'TenantErasureConfirmed', data: decided } },
      active,
    )
      .when(ASKING.RequestDataset([gate()]))
      .thenRejects(
        'TENANT_ERASED',
        onTenant(answered(gate())),
        onTenant(refused(ASKING.RequestDataset([]), 'TENANT_ERASED', tenantErased.message)),
      );
  });
});
