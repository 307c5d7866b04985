import { ourWords } from '@ftm/contracts/scanned-text';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { CallFailed, createCommanderClient, createFirstOf, createPeers } from '@ftm/commands/client';
import { createCommander, type Commander, type RoutingCommander } from '@ftm/commands/commander';
import { credentialOf, internalCredentials, type Credential } from '@ftm/commands/credentials';
import type { Order } from '@ftm/commands/order';
import { createCallVerifier, HEADERS, signCall, signClaims } from '@ftm/commands/signing';
import { createCommandClient } from '@ftm/commands/steps';
import { commandId, derivedUuid, tenantId } from '@ftm/contracts/ids';
import type { Command } from '@ftm/domain/command';
import { budgetId } from '@ftm/domain/budget/state';
import { primaryStream } from '@ftm/domain/handle';
import { CommandInFlight, LogUnavailable, NotOwner, type EventLog } from '@ftm/event-log/event-log';
import { createMemoryEventLog } from '@ftm/event-log/memory-event-log';
import { createInternalApp } from './internal.ts';

const [API, RUNNERS, NEWER] = ['a', 'r', 'n'].map((each) => each.repeat(32)) as [string, string, string];
const credentialsOf = (text: string) => internalCredentials('command-api').parse(text);
const CREDENTIALS = credentialsOf(`command-api:${API},runners:${RUNNERS}`);
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
      reason: ourWords('spec'),
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
/** The runners' client of an instance. */
const runners = (url: string, timeoutMs?: number): Commander =>
  createCommanderClient(url, {
    credential: credentialOf(CREDENTIALS, 'runners'),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
/** What an instance forwards with. */
const peers = (credentials = CREDENTIALS, timeoutMs?: number) =>
  createPeers({
    credential: credentialOf(credentials, 'command-api'),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });

/** An instance whose log is this one. */
async function instance(commander: RoutingCommander, credentials = CREDENTIALS): Promise<string> {
  const late: { app?: RequestListener } = {};
  const address = await serve((request, response) => late.app?.(request, response));
  late.app = createInternalApp({ commander, credentials, address, logger });
  return address;
}
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
  return createCommander(log, peers());
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

describe('an order of a person', () => {
  it('has the outcome that it has at its owner', async () => {
    const owner = createCommander(createMemoryEventLog(), null);
    const asked = bystander(await instance(owner));
    const order = setBudget(100);
    expect(await asked.find(queryOf(order))).toBeNull();
    const outcome = await asked.execute(order);
    expect(outcome).toMatchObject({
      kind: 'appended',
      replayed: false,
      events: [{ envelope: { actor: 'user:ada' } }],
    });
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
      code: 'FOUR_EYES',
      message: 'no',
      reasons: [{ code: 'POLICY', message: 'not on a Friday' }],
    };
    const refusing: EventLog = {
      ...log,
      submit: (request) => log.submit({ ...request, decide: async () => ({ kind: 'reject', rejection }) }),
    };
    const asked = bystander(await instance(createCommander(refusing, null)));
    expect(await asked.execute(setBudget(1))).toEqual({
      kind: 'rejected',
      rejection,
      replayed: false,
    });
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
    const asked = bystander(await instance(commander));
    const order = setBudget(300);
    const first = commander.execute(order);
    await expect(asked.execute(order)).rejects.toThrow(CommandInFlight);
    await expect(asked.find(queryOf(order))).rejects.toThrow(CommandInFlight);
    decided();
    expect(await first).toMatchObject({ kind: 'appended' });
  });
});

describe('an order of the runners', () => {
  const cause = { tenantId: TENANT, correlation: 'c', causation: 'e' };
  const registration = (id: string): Command => ({
    type: 'RegisterModelVersion',
    id,
    registration: {
      projectId: PROJECT,
      origin: 'external',
      ftJobId: null,
      datasetId: null,
      baseModel: 'm',
      providerModelId: 'm',
      selection: null,
    },
    gates: [],
  });

  it('is taken by whichever instance is asked, and is theirs', async () => {
    const owner = createCommander(createMemoryEventLog(), null);
    const ownerUrl = await instance(owner);
    const otherUrl = await instance(bystander(ownerUrl));
    for (const url of [ownerUrl, otherUrl]) {
      const client = createCommandClient(runners(url), { caller: 'runners', now: Date.now });
      const id = derivedUuid('runners', url);
      await client.send(cause, 'registered', registration(id));
      await client.send(cause, 'registered', registration(id));
      expect(await client.load(TENANT, 'model-version', id)).toMatchObject({ status: 'candidate' });
      const events = await owner.readStream(TENANT, `model-version/${id}`);
      expect(events.map(({ envelope }) => envelope.actor)).toEqual(['service:runners']);
    }
  });

  it.each<[string, Partial<Order>]>([
    ['approves a promotion', { command: { type: 'ApprovePromotion', id: PROJECT, gates: [] } as never }],
    ['is in the name of a person', { actor: 'user:grace' }],
    ['is in the name of another service', { actor: 'service:command-api' }],
    ['takes the id of the command of somebody else', { commandId: commandId(TENANT, 'of a person') }],
  ])('is refused, and nothing is written, when it %s', async (_, wrong) => {
    const log = createMemoryEventLog();
    const ownerUrl = await instance(createCommander(log, null));
    const id = derivedUuid('refused');
    const command = registration(id);
    const fingerprint = `${primaryStream(command)}:registered`;
    const order: Order = {
      ...setBudget(1),
      actor: 'service:runners',
      fingerprint,
      commandId: commandId(TENANT, fingerprint),
      command,
    };
    for (const url of [ownerUrl, await instance(bystander(ownerUrl))])
      await expect(runners(url).execute({ ...order, ...wrong })).rejects.toMatchObject({
        name: 'CallFailed',
        status: 403,
      });
    expect(log.status().partitions.reduce((sum, each) => sum + each.tailRecords, 0)).toBe(0);
    expect(await runners(ownerUrl).execute(order)).toMatchObject({ kind: 'appended' });
  });

  it('is all that they ask for: nothing on behalf of a person', async () => {
    const url = await instance(createCommander(createMemoryEventLog(), null));
    const forbidden = { name: 'CallFailed', status: 403 };
    await expect(runners(url).find(queryOf(setBudget(1)))).rejects.toMatchObject(forbidden);
    await expect(runners(url).newestWrite(TENANT, 'user:ada')).rejects.toMatchObject(forbidden);
  });
});

/** One call as somebody sends it, signed by whom it is signed. */
async function send(
  url: string,
  body: string,
  more: {
    readonly credential?: Credential;
    readonly headers?: Readonly<Record<string, string>>;
    readonly path?: string;
    readonly method?: string;
  } = {},
) {
  const { path = '/internal/commands', method = 'POST' } = more;
  const credential = more.credential ?? credentialOf(CREDENTIALS, 'command-api');
  const signed = signCall(credential, { method, path, body, hop: false }, Date.now());
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { ...signed.headers, ...more.headers },
    ...(method === 'GET' ? {} : { body }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    body: JSON.parse(text) as Record<string, unknown>,
    signed: signed.answeredBy(answer.headers.get(HEADERS.signature), answer.status, text),
    headers: signed.headers,
  };
}
const vouched = (order: Order) => ({
  [HEADERS.claims]: signClaims(credentialOf(CREDENTIALS, 'command-api'), order),
});

describe('what is wrong with a call', () => {
  const log = createMemoryEventLog();
  let url: string;
  beforeAll(async () => {
    url = await instance(createCommander(log, null));
  });
  const written = () => log.status().partitions.reduce((sum, each) => sum + each.tailRecords, 0);

  it('is told by the field: an event that does not fit its schema is the caller’s fault', async () => {
    const order = setBudget(100, { reason: 7 });
    expect(await send(url, JSON.stringify(order), { headers: vouched(order) })).toMatchObject({
      status: 400,
      signed: true,
      body: {
        code: 'MALFORMED',
        errors: [{ path: 'BudgetSet.reason', message: expect.stringContaining('reason: number') }],
      },
    });
    expect(logged).toHaveLength(1);
    expect(written()).toBe(0);
  });

  it('is no TypeError of the rules: that is a defect, answered 500 and logged', async () => {
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
    const asked = bystander(await instance(broken));
    await expect(asked.execute(setBudget(100))).rejects.toMatchObject({ name: 'CallFailed', status: 500 });
    expect(logged).toMatchObject([{ name: 'TypeError', message: 'planted' }]);
  });

  it.each([
    ['no JSON', '{'],
    ['an order that is none', '{}'],
  ])('is told when the body is %s', async (_, body) => {
    expect(await send(url, body)).toMatchObject({ status: 400, signed: true, body: { code: 'MALFORMED' } });
    expect(logged).toEqual([]);
  });

  it('is told when the body is too long', async () => {
    const body = JSON.stringify(setBudget(1, { reason: 'x'.repeat(5 * 2 ** 20) }));
    expect(await send(url, body)).toMatchObject({ status: 413, signed: false });
  });

  it.each(['streams/a%2Fb/budget/x', 'streams/acme/nothing/x', 'positions/a%2Fb/user:ada'])(
    'is told of the path %s',
    async (path) => {
      expect(await send(url, '', { path: `/internal/${path}`, method: 'GET' })).toMatchObject({
        status: 400,
        signed: true,
      });
    },
  );

  it('is told when there is no such call', async () => {
    expect(await send(url, '', { path: '/internal/nothing', method: 'GET' })).toMatchObject({
      status: 404,
      signed: true,
    });
  });

  it.each<[string, Parameters<typeof send>[2]]>([
    ['with a secret that is nobody’s', { credential: { caller: 'command-api', secret: 'x'.repeat(32) } }],
    ['with the secret of another caller', { credential: { caller: 'command-api', secret: RUNNERS } }],
    ['by a caller that is none', { headers: { [HEADERS.caller]: 'nobody' } }],
    ['another time', { headers: { [HEADERS.time]: String(Date.now() - 60_000) } }],
    ['by nobody', { headers: { [HEADERS.signature]: '' } }],
    ['with a bearer token', { headers: { authorization: `Bearer ${API}`, [HEADERS.signature]: '' } }],
  ])('is that it is signed %s', async (_, how) => {
    const order = setBudget(1);
    const answer = await send(url, JSON.stringify(order), {
      ...how,
      headers: { ...vouched(order), ...how?.headers },
    });
    expect(answer).toMatchObject({ status: 401, signed: false, body: { code: 'UNAUTHENTICATED' } });
    expect(written()).toBe(0);
  });

  it('is that nobody vouches for the person, or vouches for another', async () => {
    const order = setBudget(1);
    const body = JSON.stringify(order);
    for (const headers of [
      {},
      vouched({ ...order, actor: 'user:grace' }),
      { [HEADERS.claims]: signClaims({ caller: 'runners', secret: RUNNERS }, order) },
    ])
      expect(await send(url, body, { headers })).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    expect(written()).toBe(0);
  });

  it('is that it was heard already', async () => {
    const order = setBudget(1);
    const body = JSON.stringify(order);
    const first = await send(url, body, { headers: vouched(order) });
    expect(first).toMatchObject({ status: 200, signed: true });
    const again = await send(url, body, { headers: { ...vouched(order), ...first.headers } });
    expect(again).toMatchObject({ status: 401, signed: false });
  });
});

describe('a stranger in the group of writers', () => {
  it('is sent nothing but the question who it is, and no secret in it', async () => {
    const heard: string[] = [];
    const stranger = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        heard.push(
          [request.method, request.url, JSON.stringify(request.headers), Buffer.concat(chunks)].join(' '),
        );
        response.end(JSON.stringify({ address: stranger }));
      });
    });
    const commander = bystander(stranger);
    await expect(commander.execute(setBudget(1))).rejects.toMatchObject({ reason: 'claiming' });
    await expect(commander.find(queryOf(setBudget(1)))).rejects.toMatchObject({ reason: 'claiming' });
    expect(await commander.newestWrite(TENANT, 'user:ada')).toBeNull();
    expect(heard.length).toBeGreaterThan(0);
    for (const each of heard) {
      expect(each).toMatch(/^GET \/internal\/identity /);
      for (const secret of ['acme', API, RUNNERS, 'user:ada']) expect(each).not.toContain(secret);
    }
  });

  it('is found out when it passes the question on to an instance', async () => {
    const log = createMemoryEventLog();
    const genuine = await instance(createCommander(log, null));
    const paths: string[] = [];
    const relay = await serve((request, response) => {
      paths.push(request.url ?? '');
      const { host: _, connection: __, ...headers } = request.headers as Record<string, string>;
      void fetch(`${genuine}${request.url ?? ''}`, { headers }).then(async (answer) => {
        response.setHeader(HEADERS.signature, answer.headers.get(HEADERS.signature) ?? '');
        response.writeHead(answer.status).end(await answer.text());
      });
    });
    const refused = bystander(relay).execute(setBudget(1));
    await expect(refused).rejects.toMatchObject({
      reason: 'claiming',
      cause: { message: expect.stringContaining('is not the instance of that address') },
    });
    expect(paths).toEqual(['/internal/identity']);
    expect(log.status().partitions.reduce((sum, each) => sum + each.tailRecords, 0)).toBe(0);
  });

  it('can invent no outcome for the runners either', async () => {
    const liar = await serve((_, response) => {
      response.writeHead(200, { [HEADERS.signature]: '0'.repeat(64) });
      response.end('{"kind":"appended","replayed":false,"events":[],"history":[],"position":null}');
    });
    await expect(runners(liar).execute(setBudget(1))).rejects.toMatchObject({
      reason: 'outcome_unknown',
      cause: { message: expect.stringContaining('not signed') },
    });
  });
});

describe('secrets are changed without a stop', () => {
  const steps = [
    [`command-api:${API}`, `command-api:${API}:${NEWER}`],
    [`command-api:${API}:${NEWER}`, `command-api:${NEWER}:${API}`],
    [`command-api:${NEWER}:${API}`, `command-api:${NEWER}`],
  ] as const;

  it.each(steps)('while some instances have %s and some %s', async (before, after) => {
    for (const [asking, owning] of [
      [before, after],
      [after, before],
    ] as const) {
      const owner = await instance(
        createCommander(createMemoryEventLog(), null),
        credentialsOf(`${owning},runners:${RUNNERS}`),
      );
      const peer = peers(credentialsOf(`${asking},runners:${RUNNERS}`))(owner);
      expect(await peer.execute(setBudget(1))).toMatchObject({ kind: 'appended' });
    }
  });

  it('but the one that was taken away is worth nothing', async () => {
    const owner = await instance(
      createCommander(createMemoryEventLog(), null),
      credentialsOf(`command-api:${NEWER},runners:${RUNNERS}`),
    );
    await expect(peers()(owner).execute(setBudget(1))).rejects.toMatchObject({ reason: 'claiming' });
  });
});

describe('an owner that is away', () => {
  /** An instance that answers once who it is, and is frozen with the first call that it is sent after that. */
  async function freezing(then: () => void): Promise<string> {
    const verifier = createCallVerifier(CREDENTIALS);
    let frozen = false;
    const address = await serve((request, response) => {
      if (request.url !== '/internal/identity') {
        frozen = true;
        then();
      }
      if (frozen) return;
      const header = (name: string) => request.headers[name] as string | undefined;
      const signed = verifier.read(header);
      const call = { method: 'GET', path: '/internal/identity', body: '' };
      const verified =
        signed === null ? null : verifier.verify(signed, call, header(HEADERS.signature) ?? '');
      const text = JSON.stringify({ address });
      response.setHeader(HEADERS.signature, verified?.signAnswer(200, text) ?? '');
      response.end(text);
    });
    return address;
  }

  it('was never asked when nobody listens there', async () => {
    const gone = await serve(() => undefined);
    servers.at(-1)?.close();
    const commander = bystander(gone);
    await expect(commander.execute(setBudget(1))).rejects.toMatchObject({ reason: 'claiming' });
    await expect(runners(gone).execute(setBudget(1))).rejects.toMatchObject({ reason: 'claiming' });
  });

  it('and is frozen is not waited for longer than a forwarded call may take', async () => {
    const frozen = await serve(() => undefined);
    await expect(bystander(frozen).execute(setBudget(1))).rejects.toMatchObject({ reason: 'claiming' });
  });

  it('is waited for when it is only slow', async () => {
    const log = createMemoryEventLog();
    const slow: EventLog = {
      ...log,
      async submit(request) {
        // Longer than the first look after it.
        await delay(3000);
        return log.submit(request);
      },
    };
    const owner = await instance(createCommander(slow, null));
    expect(await bystander(owner).execute(setBudget(1))).toMatchObject({ kind: 'appended' });
  }, 20_000);

  it('may have written what it does not answer to any more', async () => {
    let asked = 0;
    const silent = await freezing(() => {
      asked += 1;
    });
    const commander = bystander(silent);
    await expect(commander.execute(setBudget(1))).rejects.toMatchObject({
      name: 'LogUnavailable',
      reason: 'outcome_unknown',
    });
    expect(asked).toBe(1);
    expect(await commander.newestWrite(TENANT, 'user:ada')).toBeNull();
  }, 20_000);

  it('is not believed where it sends the caller elsewhere', async () => {
    const reached: string[] = [];
    const trap = await serve((request, response) => {
      reached.push(request.url ?? '');
      response.end('{}');
    });
    const redirecting = await serve((request, response) => {
      response.writeHead(307, { location: `${trap}${request.url ?? ''}` }).end();
    });
    await expect(runners(redirecting).execute(setBudget(1))).rejects.toThrow(LogUnavailable);
    await expect(bystander(redirecting).execute(setBudget(1))).rejects.toThrow(LogUnavailable);
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
    await expect(runners(endless, 60_000).execute(setBudget(1))).rejects.toMatchObject({
      reason: 'outcome_unknown',
      cause: { name: 'RangeError' },
    });
    const before = sent;
    await delay(100);
    expect(sent - before).toBeLessThan(2);
  }, 60_000);

  it('passes on why it cannot take a command', async () => {
    const log = createMemoryEventLog();
    const lagging: EventLog = {
      ...log,
      submit: async () => {
        throw new LogUnavailable('projector_lag', 2000);
      },
    };
    const url = await instance(createCommander(lagging, null));
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
