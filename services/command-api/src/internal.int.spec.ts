import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPeers } from '@ftm/commands/client';
import { createCommander, type RoutingCommander } from '@ftm/commands/commander';
import { credentialOf, internalCredentials } from '@ftm/commands/credentials';
import type { Order } from '@ftm/commands/order';
import { commandId, derivedUuid } from '@ftm/contracts/ids';
import { budgetId } from '@ftm/domain/budget/state';
import type { EventLog } from '@ftm/event-log/event-log';
import { EMPTY_JOURNAL } from '@ftm/event-log/journal';
import { createKafkaEventLog } from '@ftm/event-log/kafka-event-log';
import { createRegistry, type Registry } from '@ftm/event-log/registry';
import { freshTenant } from '@ftm/event-log/testing/commands';
import { createTopic, environment, eventually } from '@ftm/event-log/testing/environment';
import { createInternalApp } from './internal.ts';

const CREDENTIALS = internalCredentials('command-api').parse(`command-api:${'a'.repeat(32)}`);
const SILENT = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
};

/** Instances that find each other as in production: by the group of writers, which whoever reaches Kafka may join. */
describe('instances of one group', () => {
  const { connection, registryUrl } = environment();
  const servers: Server[] = [];
  const logs: EventLog[] = [];
  let registry: Registry;
  let topic: string;
  let drop: () => Promise<void>;

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  function join(address: string): EventLog {
    const log = createKafkaEventLog({
      ...connection,
      groupId: topic,
      address,
      registry,
      journal: EMPTY_JOURNAL,
      topic,
      partitions: 2,
      sessionTimeoutMs: 60_000,
    });
    logs.push(log);
    return log;
  }
  async function instance(): Promise<{ readonly log: EventLog; readonly commander: RoutingCommander }> {
    const late: { app?: RequestListener } = {};
    const address = await serve((request, response) => late.app?.(request, response));
    const log = join(address);
    const commander = createCommander(
      log,
      createPeers({ credential: credentialOf(CREDENTIALS, 'command-api') }),
    );
    late.app = createInternalApp({ commander, credentials: CREDENTIALS, address, logger: SILENT });
    return { log, commander };
  }
  const eachHasOne = (...members: readonly EventLog[]) =>
    eventually('each member has one partition, and the others know it', () =>
      members.every((each) => {
        const { ready, partitions, routes } = each.status();
        return ready && partitions.length === 1 && routes.size === 2 && new Set(routes.values()).size === 2;
      }),
    );
  /** An order of a tenant that this member does not write. */
  function orderFor(log: EventLog): Order {
    for (;;) {
      const tenantId = freshTenant();
      if (log.locate(tenantId).mine) continue;
      const projectId = derivedUuid(tenantId);
      return {
        tenantId,
        commandId: commandId(tenantId, 'k'),
        fingerprint: 'f',
        actor: 'user:ada',
        correlation: 'c',
        causation: null,
        now: new Date().toISOString(),
        command: {
          type: 'SetBudget',
          id: budgetId(projectId),
          projectId,
          monthlyUsdMicros: 1,
          reason: 'spec',
        },
      };
    }
  }

  beforeAll(async () => {
    registry = createRegistry(registryUrl);
    await registry.registerAll();
    ({ topic, drop } = await createTopic(connection, 2));
  });

  afterAll(async () => {
    await Promise.all(logs.map((log) => log.close()));
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await drop();
  });

  it('tell a stranger nothing, and forward to each other', async () => {
    const one = await instance();
    const heard: string[] = [];
    const stranger = join(
      await serve((request, response) => {
        heard.push(`${request.method ?? ''} ${request.url ?? ''}`);
        response.end('{}');
      }),
    );
    await eachHasOne(one.log, stranger);
    const order = orderFor(one.log);
    await expect(one.commander.execute(order)).rejects.toMatchObject({
      name: 'LogUnavailable',
      reason: 'claiming',
    });
    expect(heard).toEqual(['GET /internal/identity']);

    await stranger.close();
    const two = await instance();
    await eachHasOne(one.log, two.log);
    const [asked, owner] = one.log.locate(order.tenantId).mine ? [two, one] : [one, two];
    const outcome = await asked.commander.execute(order);
    expect(outcome).toMatchObject({ kind: 'appended', replayed: false });
    expect(await owner.commander.execute(order)).toEqual({ ...outcome, replayed: true });
    const query = { ...order, primary: `budget/${order.command.id}` as const };
    expect(await asked.commander.find(query)).toEqual({ ...outcome, replayed: true });
    const position = outcome.kind === 'appended' ? outcome.position : undefined;
    expect(await asked.commander.newestWrite(order.tenantId, 'user:ada')).toEqual(position);
  });
});
