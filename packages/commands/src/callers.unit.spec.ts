import { commandId, derivedUuid, tenantId } from '@ftm/contracts/ids';
import { isServiceActor, mayCall, stepKey, whyNot, type Call } from './callers.ts';
import type { Order } from './order.ts';

const TENANT = tenantId('acme');
const ID = derivedUuid('callers.spec');

function order(type: string, more: Partial<Order> = {}): Order {
  const command = { type, id: ID } as Order['command'];
  const fingerprint = stepKey(command, 'step');
  return {
    tenantId: TENANT,
    commandId: commandId(TENANT, fingerprint),
    fingerprint,
    actor: 'service:runners',
    correlation: 'c',
    causation: null,
    now: '2026-11-30T12:00:00.000Z',
    command,
    ...more,
  };
}

describe('a service', () => {
  it('sends what comes of its work, in its own name', () => {
    expect(whyNot('runners', order('RecordSucceeded'), false)).toBeNull();
    expect(whyNot('runners', order('RequestCancel'), false)).toBeNull();
  });

  it.each(['ApprovePromotion', 'OverridePointer', 'SetBudget', 'RequestFineTune', 'ConfirmTenantErasure'])(
    'does not send %s, whatever it claims',
    (type) => {
      expect(whyNot('runners', order(type), true)).toBe(`${type} does not come from runners`);
    },
  );

  it.each(['user:grace', 'service:command-api', 'service:projector', ''])('does not send as %j', (actor) => {
    expect(whyNot('runners', order('RecordSucceeded', { actor }), true)).toMatch('its own name');
  });

  it.each([
    ['the id of a command of somebody else', { commandId: commandId(TENANT, 'other') }],
    ['the id that another tenant’s step has', { commandId: commandId(tenantId('globex'), 'x') }],
    [
      'a step of another stream',
      {
        fingerprint: `dataset/${ID}:step`,
        commandId: commandId(TENANT, `dataset/${ID}:step`),
      },
    ],
  ])('does not send with %s', (_, more) => {
    expect(whyNot('runners', order('RecordSucceeded', more), false)).toMatch('the id of the command');
  });
});

describe('command-api', () => {
  const person = { actor: 'user:grace', fingerprint: 'f', commandId: commandId(TENANT, 'k') };

  it('forwards what a person asks, and what a service sends', () => {
    expect(whyNot('command-api', order('ApprovePromotion', person), true)).toBeNull();
    expect(whyNot('command-api', order('RecordSucceeded'), true)).toBeNull();
  });

  it('forwards nothing that it does not vouch for', () => {
    expect(whyNot('command-api', order('ApprovePromotion', person), false)).toMatch('vouches');
    expect(whyNot('command-api', order('RecordSucceeded'), false)).toMatch('vouches');
  });

  it('does not forward what who sent it may not send', () => {
    expect(whyNot('command-api', order('RecordSucceeded', person), true)).toMatch('come from person');
    expect(whyNot('command-api', order('ApprovePromotion'), true)).toMatch('come from runners');
    expect(
      whyNot('command-api', order('RecordSucceeded', { commandId: commandId(TENANT, 'other') }), true),
    ).toMatch('the id of the command');
  });
});

it.each(['service:runners', 'service:command-api'])('%s is no name of a person', (actor) => {
  expect(isServiceActor(actor)).toBe(true);
});
it.each(['user:ada', 'service:ci', 'service:runners2', ''])('%j may be one', (actor) => {
  expect(isServiceActor(actor)).toBe(false);
});

it.each<[Call, boolean]>([
  ['execute', true],
  ['readStream', true],
  ['identity', true],
  ['find', false],
  ['newestWrite', false],
])('runners may ask for %s: %s', (call, may) => {
  expect(mayCall('runners', call)).toBe(may);
  expect(mayCall('command-api', call)).toBe(true);
});
