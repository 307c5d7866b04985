import { commandId, derivedUuid, tenantId } from '@ftm/contracts/ids';
import { budgetId } from '@ftm/domain/budget/state';
import { primaryStream } from '@ftm/domain/handle';
import { LogUnavailable, NotOwner, type EventLog } from '@ftm/event-log/event-log';
import { createMemoryEventLog } from '@ftm/event-log/memory-event-log';
import { createCommander, type Commander } from './commander.ts';
import { Order } from './order.ts';
import { CommandRejected, createCommandClient } from './steps.ts';

const TENANT = tenantId('acme');
const PROJECT = derivedUuid('commander.spec');

/** The order of a budget for the project. */
function setBudget(key: string, monthlyUsdMicros: number, more: Partial<Order> = {}): Order {
  return {
    tenantId: TENANT,
    commandId: commandId(TENANT, key),
    fingerprint: `budget ${monthlyUsdMicros}`,
    actor: 'user:ada',
    correlation: 'c',
    causation: null,
    now: '2026-11-30T12:00:00.000Z',
    command: {
      type: 'SetBudget',
      id: budgetId(PROJECT),
      projectId: PROJECT,
      monthlyUsdMicros,
      reason: 'spec',
    },
    ...more,
  };
}

const queryOf = ({ tenantId: tenant, commandId: id, fingerprint, command }: Order) => ({
  tenantId: tenant,
  commandId: id,
  fingerprint,
  primary: primaryStream(command),
});

/** A log whose partitions are all another instance's. */
function foreign(owner: string | null, log: EventLog = createMemoryEventLog()): EventLog {
  const away = async (): Promise<never> => {
    throw new NotOwner(0, owner);
  };
  return {
    ...log,
    submit: away,
    find: away,
    readStream: away,
    locate: () => ({ partition: 0, mine: false, ready: false, owner }),
  };
}

describe('a commander whose instance writes the partition', () => {
  it('decides, and answers a retry or a question for it with what was written', async () => {
    const commander = createCommander(createMemoryEventLog(), null);
    const order = setBudget('1', 100);
    expect(await commander.find(queryOf(order))).toBeNull();
    const outcome = await commander.execute(order);
    expect(outcome).toMatchObject({
      kind: 'appended',
      replayed: false,
      events: [{ event: { type: 'BudgetSet', data: { monthlyUsdMicros: 100 } } }],
    });
    await commander.execute(setBudget('2', 200));
    expect(await commander.execute(order)).toEqual({ ...outcome, replayed: true });
    expect(await commander.find(queryOf(order))).toEqual({ ...outcome, replayed: true });
    expect(await commander.find({ ...queryOf(order), fingerprint: 'other' })).toEqual({
      kind: 'fingerprint_mismatch',
    });
  });

  it('knows the newest position of each actor, replays and commands with nothing to add included', async () => {
    const commander = createCommander(createMemoryEventLog(), null);
    expect(await commander.newestWrite(TENANT, 'user:ada')).toBeNull();
    const first = await commander.execute(setBudget('1', 100));
    const second = await commander.execute(setBudget('2', 200, { actor: 'user:bob' }));
    await commander.execute(setBudget('1', 100));
    const positionOf = (outcome: typeof first) =>
      outcome.kind === 'appended' ? outcome.position : undefined;
    expect(await commander.newestWrite(TENANT, 'user:ada')).toEqual(positionOf(first));
    expect(await commander.newestWrite(TENANT, 'user:bob')).toEqual(positionOf(second));
    expect(await commander.newestWrite(tenantId('globex'), 'user:ada')).toBeNull();
    // It was told of a state that has the second's event in it.
    await commander.execute(setBudget('3', 200));
    expect(await commander.newestWrite(TENANT, 'user:ada')).toEqual(positionOf(second));
  });
});

describe('a commander whose instance does not write the partition', () => {
  const asked: string[] = [];
  const owner = createCommander(createMemoryEventLog(), null);
  const peer = (address: string): Commander => {
    asked.push(address);
    return owner.here;
  };

  beforeEach(() => {
    asked.length = 0;
  });

  it('asks the one that does', async () => {
    const commander = createCommander(foreign('http://owner.test'), peer);
    const order = setBudget('1', 100);
    const outcome = await commander.execute(order);
    expect(outcome).toMatchObject({ kind: 'appended', replayed: false });
    expect(await commander.find(queryOf(order))).toEqual({ ...outcome, replayed: true });
    expect(await commander.readStream(TENANT, primaryStream(order.command))).toHaveLength(1);
    expect(asked).toEqual(Array.from({ length: 3 }, () => 'http://owner.test'));
  });

  it('knows what it forwarded, and asks the owner for what others did', async () => {
    const commander = createCommander(foreign('http://owner.test'), peer);
    await commander.execute(setBudget('2', 200));
    const elsewhere = await owner.execute(setBudget('3', 300));
    const newest = elsewhere.kind === 'appended' ? elsewhere.position : undefined;
    expect(await commander.newestWrite(TENANT, 'user:ada')).toEqual(newest);
  });

  it('answers with what it knows when the owner cannot be asked', async () => {
    let away = false;
    const commander = createCommander(foreign('http://owner.test'), (address) => {
      if (away) return { ...owner.here, newestWrite: async () => Promise.reject(new Error('away')) };
      return peer(address);
    });
    const outcome = await commander.execute(setBudget('4', 400));
    away = true;
    await owner.execute(setBudget('5', 500));
    expect(await commander.newestWrite(TENANT, 'user:ada')).toEqual(
      outcome.kind === 'appended' ? outcome.position : undefined,
    );
  });

  it.each([
    ['nobody knows who does', foreign(null), peer],
    ['it has no peers', foreign('http://owner.test'), null],
  ])('is unavailable where %s', async (_, log, peers) => {
    const commander = createCommander(log, peers);
    const order = setBudget('6', 600);
    const claiming = { name: 'LogUnavailable', reason: 'claiming' };
    await expect(commander.execute(order)).rejects.toMatchObject(claiming);
    await expect(commander.find(queryOf(order))).rejects.toMatchObject(claiming);
    await expect(commander.readStream(TENANT, primaryStream(order.command))).rejects.toMatchObject(claiming);
    expect(await commander.newestWrite(TENANT, 'user:ada')).toBeNull();
    expect(asked).toEqual([]);
  });

  it('never forwards what was forwarded to it', async () => {
    const commander = createCommander(foreign('http://owner.test'), peer);
    await expect(commander.here.execute(setBudget('7', 700))).rejects.toThrow(LogUnavailable);
    expect(asked).toEqual([]);
  });
});

describe('an order', () => {
  const { success } = Order.safeParse(setBudget('1', 100));
  it('is taken as it is made', () => expect(success).toBe(true));

  it.each([
    ['a tenant that is none', { tenantId: 'a/b' }],
    ['a command id that is no hash', { commandId: 'x' }],
    ['no fingerprint', { fingerprint: '' }],
    ['a time that is none', { now: 'now' }],
    ['a version below 0', { expectedVersion: -1 }],
    ['an unknown command', { command: { type: 'Nothing', id: PROJECT } }],
    ['a command of no stream', { command: { type: 'SetBudget', id: 'x' } }],
  ])('with %s is refused', (_, wrong) => {
    expect(Order.safeParse({ ...setBudget('1', 100), ...wrong }).success).toBe(false);
  });
});

describe('the steps of a piece of work', () => {
  const cause = { tenantId: TENANT, correlation: 'c', causation: 'e' };

  it('are commands that change nothing when they are sent again', async () => {
    const commander = createCommander(createMemoryEventLog(), null);
    let nowMs = Date.UTC(2026, 10, 30);
    const client = createCommandClient(commander, { caller: 'runners', now: () => nowMs });
    const { command } = setBudget('1', 100);
    await client.send(cause, 'set', command);
    nowMs += 1000;
    await client.send(cause, 'set', command);
    const [only, ...others] = await commander.readStream(TENANT, primaryStream(command));
    expect(others).toEqual([]);
    expect(only?.envelope).toMatchObject({
      actor: 'service:runners',
      correlation: 'c',
      causation: 'e',
      time: '2026-11-30T00:00:00.000Z',
    });
    expect(await client.load(TENANT, 'budget', command.id)).toMatchObject({ monthlyUsdMicros: 100 });
  });

  it('say why they are refused', async () => {
    const client = createCommandClient(createCommander(createMemoryEventLog(), null), {
      caller: 'runners',
      now: Date.now,
    });
    const refused = client.send(cause, 'cancel', {
      type: 'CancelDataset',
      id: PROJECT,
      reason: 'r',
    } as never);
    await expect(refused).rejects.toThrow(CommandRejected);
    await expect(refused).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
