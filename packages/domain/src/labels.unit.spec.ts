import type { FtmEvent } from '@ftm/contracts/generated/events';
import { ourWords } from '@ftm/contracts/scanned-text';
import { fold } from './aggregates.ts';
import type { EventMeta } from './event-meta.ts';
import type { Command } from './command.ts';
import { evaluated, fineTuneRequested, gate, modelRegistered } from './testing/examples.ts';
import { given } from './testing/spec.ts';

const labels = {
  name: ourWords('February'),
  description: null,
  metadata: [{ key: 'team', value: ourWords('support') }],
};
const register: Command = {
  type: 'RegisterModelVersion',
  id: 'm1',
  registration: modelRegistered,
  labels,
  gates: [gate()],
};
const registered = { type: 'ModelVersionRegistered' as const, data: modelRegistered };

describe('labels', () => {
  it('stand behind what began the resource', async () => {
    await given()
      .when(register)
      .thenGives(registered, { type: 'GateAnswered', data: gate() }, { type: 'LabelsSet', data: labels });
  });

  it('are left out where nobody named anything, where nothing began, and where it is there already', async () => {
    const { labels: _, ...plain } = register;
    await given().when(plain).thenGives(registered, { type: 'GateAnswered', data: gate() });
    const refused = await given().decision({ ...plain, labels, gates: [gate('deny')] });
    expect(refused).toMatchObject({ kind: 'rejected', rejection: { code: 'GATE_DENIED' } });
    expect(JSON.stringify(refused)).not.toContain('February');
    await given({ stream: 'model-version/m1', event: registered })
      .when(register)
      .thenGives({ type: 'GateAnswered', data: gate() });
  });

  it('are of the resource whatever becomes of it', () => {
    const state = fold(
      'model-version',
      past(
        registered,
        { type: 'LabelsSet', data: labels },
        { type: 'ModelVersionEvaluated', data: evaluated(0.5) },
      ),
    );
    expect(state).toMatchObject({ status: 'candidate', labels, version: 3 });
  });
});

describe('work', () => {
  const requested: FtmEvent = { type: 'FineTuneRequested', data: fineTuneRequested };
  const submitted: FtmEvent = {
    type: 'FineTuneSubmitted',
    data: { attempt: 1, providerJobId: 'ftjob-1', providerStatus: 'queued' } as never,
  };
  const failed: FtmEvent = {
    type: 'FineTuneFailed',
    data: { code: 'C', message: 'm', remedy: 'r', retryable: false } as never,
  };

  it('has begun with the first word of it, and ended when its status is one that ends it', () => {
    const waiting = fold('fine-tune', past(requested));
    expect(waiting).not.toHaveProperty('startedAt');
    expect(waiting).not.toHaveProperty('finishedAt');
    const running = fold('fine-tune', past(requested, submitted));
    expect(running).toMatchObject({ startedAt: at(2) });
    expect(running).not.toHaveProperty('finishedAt');
    const over = past(requested, submitted, failed, {
      type: 'FineTuneProviderFilesDeleted',
      data: { fileIds: [] } as never,
    });
    expect(fold('fine-tune', over)).toMatchObject({ startedAt: at(2), finishedAt: at(3) });
  });

  it('that ended before it began never began', () => {
    const blocked: FtmEvent = { type: 'FineTuneBlocked', data: { gate: 'g', reasons: [] } };
    const state = fold('fine-tune', past(requested, blocked));
    expect(state).toMatchObject({ finishedAt: at(2) });
    expect(state).not.toHaveProperty('startedAt');
  });
});

const at = (second: number): string => `2026-01-01T00:00:0${second}.000Z`;
const past = (...events: readonly FtmEvent[]): { event: FtmEvent; meta: EventMeta }[] =>
  events.map((event, index) => ({
    event,
    meta: { time: at(index + 1), actor: 'user:ada', version: index + 1, seq: index + 1 },
  }));
