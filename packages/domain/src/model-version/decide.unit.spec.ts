import type { Command } from '../command.ts';
import { gate, modelRegistered, target } from '../testing/examples.ts';
import { given, type Past } from '../testing/spec.ts';

const stream = 'model-version/m1' as const;
const register: Command = {
  type: 'RegisterModelVersion',
  id: 'm1',
  registration: modelRegistered,
  gates: [gate()],
};
const retire: Command = { type: 'RetireModelVersion', id: 'm1', reason: 'old' };

const known: Past[] = [{ stream, event: { type: 'ModelVersionRegistered', data: modelRegistered } }];
const live: Past[] = [
  ...known,
  { stream, event: { type: 'ModelVersionPromoted', data: { target, promotionId: 'p1' } } },
];
const demoted: Past[] = [
  ...live,
  { stream, event: { type: 'ModelVersionDemoted', data: { target, reason: 'superseded' } } },
];
const retired: Past[] = [
  ...known,
  { stream, event: { type: 'ModelVersionRetired', data: { reason: 'old' } } },
];

describe('a model version', () => {
  it('is registered once, and not against a gate’s no', async () => {
    await given().when(register).thenGives('ModelVersionRegistered', 'GateAnswered');
    await given(...known)
      .when(register)
      .thenGives();
    await given()
      .when({ ...register, gates: [gate('deny')] })
      .thenRejects('GATE_DENIED');
  });

  it('is not retired while it is live somewhere', async () => {
    await given(...live)
      .when(retire)
      .thenRejects('MODEL_IN_PRODUCTION');
    await given(...demoted)
      .when(retire)
      .thenGives('ModelVersionRetired');
    await given(...known)
      .when(retire)
      .thenGives('ModelVersionRetired');
    await given(...retired)
      .when(retire)
      .thenGives();
    await given().when(retire).thenRejects('NOT_FOUND');
  });
});
