import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CallFailed, createCommanderClient, createFirstOf } from '@ftm/commands/client';
import { createCommander, type Commander, type RoutingCommander } from '@ftm/commands/commander';
import type { Order } from '@ftm/commands/order';
import { commandId, derivedUuid, tenantId } from '@ftm/contracts/ids';
import { budgetId } from '@ftm/domain/budget/state';
import { primaryStream } from '@ftm/domain/handle';
import { CommandInFlight, LogUnavailable, NotOwner, type EventLog } from '@ftm/event-log/event-log';
import { createMemoryEventLog } from '@ftm/event-log/memory-event-log';
import { createInternalApp } from './internal.ts';

const TOKEN = 'internal-spec-token';
const TENANT = tenantId('acme');
const PROJECT = derivedUuid('internal.spec');
const logged: unknown[] = [];
const logger = {
  error: (_: string, fields?: Readonly<Record<string, unknown>>) => void logged.push(fields?.['error']),
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

let keys = 0;
function setBudget(monthlyUsdMicros: number, more: object = {}): Order {
  keys += 1;
  return {
    tenantId: TENANT,
    commandId: commandId(TENANT, `internal ${keys}`),
    fingerprint: 'f',
    actor: 'user:ada',
    correlation: 'c',
    causation: null,
    now: new Date().toISOString(),
    command: {
      type: 'SetBudget',
      id: budgetId(PROJECT),
      projectId: PROJECT,
      monthlyUsdMicros,
      reason: 'spec',
      ...more,
    },
  };
}
const queryOf = ({ tenantId: tenant, commandId: id, fingerprint, command }: Order) => ({
  tenantId: tenant,
  commandId: id,
  fingerprint,
  primary: primaryStream(command),
});

const servers: Server[] = [];
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const peer = (address: string): Commander => createCommanderClient(address, { token: TOKEN, hop: true });
const client = (url: string, timeoutMs?: number): Commander =>
  createCommanderClient(url, { token: TOKEN, ...(timeoutMs === undefined ? {} : { timeoutMs }) });

/** An instance whose log is this one. */
const instance = (commander: RoutingCommander): Promise<string> =>
  serve(createInternalApp(commander, TOKEN, logger));
/** An instance that writes nothing: the partitions are the owner's. */
function bystander(owner: string): RoutingCommander {
  const away = async (): Promise<never> => {
    throw new NotOwner(0, owner);
  };
  const log: EventLog = {
    ...createMemoryEventLog(),
    submit: away,
    find: away,
    readStream: away,
    locate: () => ({ partition: 0, mine: false, ready: false, owner }),
  };
  return createCommander(log, peer);
}

beforeEach(() => {
  logged.length = 0;
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

describe('an order over the wire', () => {
  it('has the outcome that it has at its owner, from whichever instance is asked', async () => {
    const owner = createCommander(createMemoryEventLog(), null);
    const ownerUrl = await instance(owner);
    const asked = client(await instance(bystander(ownerUrl)));
    const order = setBudget(100);
    expect(await asked.find(queryOf(order))).toBeNull();
    const outcome = await asked.execute(order);
    expect(outcome).toMatchObject({ kind: 'appended', replayed: false });
    expect(await owner.execute(order)).toEqual({ ...outcome, replayed: true });
    expect(await asked.find(queryOf(order))).toEqual({ ...outcome, replayed: true });
    expect(await asked.execute({ ...order, fingerprint: 'other' })).toEqual({ kind: 'fingerprint_mismatch' });
    expect(await asked.execute({ ...setBudget(200), expectedVersion: 7 })).toEqual({
      kind: 'version_conflict',
      actual: 1,
    });
    const stream = primaryStream(order.command);
    expect(await asked.readStream(TENANT, stream)).toEqual(await owner.readStream(TENANT, stream));
    expect(await asked.newestWrite(TENANT, 'user:ada')).toEqual(
      outcome.kind === 'appended' ? outcome.position : undefined,
    );
    expect(await asked.newestWrite(TENANT, 'user:bob')).toBeNull();
  });

  it('is rejected with code, message and reasons', async () => {
    const log = createMemoryEventLog();
    const rejection = {
      code: 'NO',
      message: 'no',
      reasons: [{ code: 'POLICY', message: 'not on a Friday' }],
    };
    const refusing: EventLog = {
      ...log,
      submit: (request) => log.submit({ ...request, decide: async () => ({ kind: 'reject', rejection }) }),
    };
    const asked = client(await instance(createCommander(refusing, null)));
    expect(await asked.execute(setBudget(1))).toEqual({ kind: 'rejected', rejection });
  });

  it('that is being worked on is in flight for the caller too', async () => {
    let decided: () => void = () => undefined;
    const log = createMemoryEventLog();
    const held = new Promise<void>((resolve) => {
      decided = resolve;
    });
    const slow: EventLog = {
      ...log,
      submit: (request) =>
        log.submit({
          ...request,
          async decide(read) {
            await held;
            return request.decide(read);
          },
        }),
    };
    const commander = createCommander(slow, null);
    const asked = client(await instance(commander));
    const order = setBudget(300);
    const first = commander.execute(order);
    await expect(asked.execute(order)).rejects.toThrow(CommandInFlight);
    await expect(asked.find(queryOf(order))).rejects.toThrow(CommandInFlight);
    decided();
    expect(await first).toMatchObject({ kind: 'appended' });
  });
});

describe('what is wrong with a call', () => {
  const log = createMemoryEventLog();
  let url: string;
  beforeAll(async () => {
    url = await instance(createCommander(log, null));
  });
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}/internal/commands`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
      body,
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };

  it('is told by the field: an event that does not fit its schema is the caller’s fault', async () => {
    const answer = await post(JSON.stringify(setBudget(100, { reason: 7 })));
    expect(answer).toMatchObject({
      status: 400,
      body: {
        code: 'MALFORMED',
        errors: [{ path: 'BudgetSet.reason', message: expect.stringContaining('reason: number') }],
      },
    });
    expect(logged).toHaveLength(1);
    expect(await log.readStream(TENANT, `budget/${budgetId(PROJECT)}`)).toEqual([]);
  });

  it('is no TypeError of the rules: that is a defect, answered 500 and logged', async () => {
    const order = setBudget(100);
    const broken = createCommander(
      {
        ...log,
        submit: (request) =>
          log.submit({
            ...request,
            decide: async () => {
              throw new TypeError('planted');
            },
          }),
      },
      null,
    );
    const asked = client(await instance(broken));
    await expect(asked.execute(order)).rejects.toMatchObject({ name: 'CallFailed', status: 500 });
    expect(logged).toMatchObject([{ name: 'TypeError', message: 'planted' }]);
  });

  it.each([
    ['no JSON', '{', 400],
    ['an order that is none', '{}', 400],
    ['too long', JSON.stringify(setBudget(1, { reason: 'x'.repeat(5 * 2 ** 20) })), 400],
  ])('is told when the body is %s', async (_, body, status) => {
    expect(await post(body)).toMatchObject({ status, body: { code: 'MALFORMED' } });
    expect(logged).toEqual([]);
  });

  it('is told before anything is read to who has no credential', async () => {
    expect(await post('{', { authorization: 'Bearer wrong' })).toMatchObject({
      status: 401,
      body: { code: 'UNAUTHENTICATED' },
    });
  });

  it.each(['streams/a%2Fb/budget/x', 'streams/acme/nothing/x', 'positions/a%2Fb/user:ada'])(
    'is told of the path %s',
    async (path) => {
      const answer = await fetch(`${url}/internal/${path}`, {
        headers: { authorization: `Bearer ${TOKEN}` },
      });
      expect(answer.status).toBe(400);
    },
  );
});

describe('an owner that is away', () => {
  it('was never asked when nobody listens there', async () => {
    const gone = await serve(() => undefined);
    servers.at(-1)?.close();
    const commander = bystander(gone);
    await expect(commander.execute(setBudget(1))).rejects.toMatchObject({
      name: 'LogUnavailable',
      reason: 'claiming',
    });
  });

  it('may have written what it does not answer to; the caller is told within the time of a forwarded call', async () => {
    const silent = await serve(() => undefined);
    const commander = bystander(silent);
    await expect(commander.execute(setBudget(1))).rejects.toMatchObject({
      name: 'LogUnavailable',
      reason: 'outcome_unknown',
    });
    expect(await commander.newestWrite(TENANT, 'user:ada')).toBeNull();
  }, 20_000);

  it('is not believed where it sends the caller elsewhere', async () => {
    const reached: string[] = [];
    const trap = await serve((request, response) => {
      reached.push(request.url ?? '');
      response.end('{}');
    });
    const redirecting = await serve((_, response) => {
      response.writeHead(307, { location: `${trap}/internal/commands` }).end();
    });
    await expect(client(redirecting).execute(setBudget(1))).rejects.toThrow(LogUnavailable);
    expect(reached).toEqual([]);
  });

  it('is not read past the bound of an answer', async () => {
    let sent = 0;
    const endless = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const chunk = Buffer.alloc(2 ** 20, ' ');
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += 1;
      };
      response.on('drain', more);
      more();
    });
    await expect(client(endless, 60_000).execute(setBudget(1))).rejects.toMatchObject({
      reason: 'outcome_unknown',
      cause: { name: 'RangeError' },
    });
    const before = sent;
    await delay(100);
    expect(sent - before).toBeLessThan(2);
  }, 60_000);

  it.each([
    ['something else than JSON', 200, 'hello', LogUnavailable],
    ['no outcome', 200, '{"kind":"hello"}', Error],
    ['an error of its own', 502, '{"code":"BAD_GATEWAY"}', CallFailed],
  ])('is not believed when it answers %s', async (_, status, body, kind) => {
    const url = await serve((__, response) => response.writeHead(status).end(body));
    await expect(client(url).execute(setBudget(1))).rejects.toThrow(kind);
  });

  it('passes on why it cannot take a command', async () => {
    const url = await serve((_, response) =>
      response.writeHead(503).end('{"code":"LOG_UNAVAILABLE","reason":"projector_lag","retryAfterMs":2000}'),
    );
    await expect(bystander(url).execute(setBudget(1))).rejects.toMatchObject({
      reason: 'projector_lag',
      retryAfterMs: 2000,
    });
  });
});

describe('a caller with many instances', () => {
  it('goes on to the next when one does not take the call, and stays with the one that did', async () => {
    const asked: string[] = [];
    const log = createMemoryEventLog();
    const well = createCommander(log, null);
    const ill: Commander = {
      ...well,
      async execute() {
        asked.push('ill');
        throw new LogUnavailable('claiming', 1);
      },
    };
    const some = createFirstOf([
      ill,
      {
        ...well,
        execute(order) {
          asked.push('well');
          return well.execute(order);
        },
      },
    ]);
    expect(await some.execute(setBudget(1))).toMatchObject({ kind: 'appended' });
    expect(await some.execute(setBudget(2))).toMatchObject({ kind: 'appended' });
    expect(asked).toEqual(['ill', 'well', 'well']);
  });

  it('asks no other instance when the call itself is wrong', async () => {
    const asked: number[] = [];
    const refusing = (at: number): Commander => ({
      ...createCommander(createMemoryEventLog(), null),
      async execute() {
        asked.push(at);
        throw new CallFailed('POST', 400, '{}');
      },
    });
    await expect(createFirstOf([refusing(0), refusing(1)]).execute(setBudget(1))).rejects.toThrow(CallFailed);
    expect(asked).toEqual([0]);
  });

  it('fails when none takes the call', async () => {
    const some = createFirstOf([bystander('http://127.0.0.1:1'), bystander('http://127.0.0.1:1')]);
    await expect(some.execute(setBudget(1))).rejects.toThrow('no instance');
  });
});
