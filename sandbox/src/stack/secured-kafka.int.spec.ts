import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { runCli } from '@ftm/cli/testing/run-cli';
import { CHECKPOINTS_TOPIC, EVENTS_TOPIC } from '@ftm/contracts/topics';
import { aclsOf, needsOf, USERS, type User } from '@ftm/event-log/access';
import { createLogConsumer } from '@ftm/event-log/consumer';
import { openFencedProducer } from '@ftm/event-log/fenced-producer';
import { operatorClient, type KafkaConnection } from '@ftm/event-log/kafka-clients';
import { createKafkaEventLog } from '@ftm/event-log/kafka-event-log';
import { kafkaSecurityOf } from '@ftm/event-log/kafka-security';
import { createRegistry } from '@ftm/event-log/registry';
import { command, freshTenant, stream } from '@ftm/event-log/testing/commands';
import { eventually } from '@ftm/event-log/testing/environment';
import { createMemoryJournal } from '@ftm/event-log/testing/memory-journal';
import { startSecuredKafka, SUPERUSER, type SecuredKafka } from './secured-kafka.ts';

/** Who may not use a group or an id of transactions is not told where its coordinator is. */
const REFUSED = /authori[sz]|coordinator/i;

/** A real broker that asks everybody who they are, with the access that FTM's documentation gives. */
const passwordOf = (user: string): string => `password-of-${user}`;
const registryUrl = process.env['FTM_REGISTRY_URL'] ?? '';
type Env = Readonly<Record<string, string>>;

let dir: string;
let kafka: SecuredKafka;
let tokens: Server;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ftm-secured-'));
  kafka = await startSecuredKafka(
    dir,
    Object.fromEntries([...USERS, 'stranger'].map((user) => [user, passwordOf(user)])),
  );
  const { code, stderr } = await runCli(['prepare', '--only', 'topics,schemas'], {
    ...as('admin', SUPERUSER.password),
    FTM_KAFKA_BROKERS: kafka.brokers.join(','),
    FTM_REGISTRY_URL: registryUrl,
  });
  expect([code, stderr]).toEqual([0, '']);
  const admin = operatorClient(connectionOf(as('admin', SUPERUSER.password))).admin();
  await admin.connect();
  for (const user of USERS) await admin.createAcls({ acl: aclsOf(`User:${user}`, needsOf(user)) });
  await admin.disconnect();
  // An authorization server of the simplest kind: its tokens are not signed, which this broker is told to take.
  tokens = createServer((request, response) => {
    const [client = '', secret] = Buffer.from((request.headers.authorization ?? '').slice(6), 'base64')
      .toString()
      .split(':');
    if (secret !== passwordOf(client)) return void response.writeHead(401).end('{}');
    const now = Math.floor(Date.now() / 1000);
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'none' })}.${part({ sub: client, iat: now, exp: now + 300 })}.`;
    response.end(JSON.stringify({ access_token: token, token_type: 'Bearer', expires_in: 300 }));
  }).listen(0, '127.0.0.1');
  await once(tokens, 'listening');
}, 180_000);
afterAll(async () => {
  tokens.close();
  await kafka.child.stop();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

const as = (user: string, password = passwordOf(user), sasl = 'PLAIN'): Env => ({
  FTM_KAFKA_SECURITY: 'SASL_SSL',
  FTM_KAFKA_CA_FILE: kafka.caFile,
  FTM_KAFKA_SASL: sasl,
  FTM_KAFKA_USER: user,
  FTM_KAFKA_PASSWORD: password,
});
const connectionOf = (env: Env): KafkaConnection => ({
  brokers: kafka.brokers,
  clientId: 'secured-spec',
  ...kafkaSecurityOf(env),
});
async function partitionsSeen(env: Env): Promise<number> {
  const admin = operatorClient(connectionOf(env)).admin();
  try {
    await admin.connect();
    return (await admin.fetchTopicMetadata({ topics: [EVENTS_TOPIC] })).topics[0]?.partitions.length ?? 0;
  } finally {
    await admin.disconnect();
  }
}

describe('a broker that asks who somebody is', () => {
  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])(
    'lets in by %s, and not with another password',
    async (sasl) => {
      expect(await partitionsSeen(as('consumer', passwordOf('consumer'), sasl))).toBe(12);
      await expect(partitionsSeen(as('consumer', 'wrong', sasl))).rejects.toThrow(/auth/i);
    },
  );

  it('takes the password from a file', async () => {
    const file = join(dir, 'password');
    await writeFile(file, `${passwordOf('consumer')}\n`);
    const { FTM_KAFKA_PASSWORD: _, ...rest } = as('consumer');
    expect(await partitionsSeen({ ...rest, FTM_KAFKA_PASSWORD_FILE: file })).toBe(12);
  });

  it('lets in by a token, which is got once for many connections', async () => {
    const url = `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/token`;
    let asked = 0;
    tokens.on('request', () => (asked += 1));
    const env = {
      FTM_KAFKA_SECURITY: 'SASL_SSL',
      FTM_KAFKA_CA_FILE: kafka.caFile,
      FTM_KAFKA_SASL: 'OAUTHBEARER',
      FTM_KAFKA_TOKEN_URL: url,
      FTM_KAFKA_TOKEN_CLIENT: 'consumer',
      FTM_KAFKA_TOKEN_SECRET: passwordOf('consumer'),
    };
    expect(await partitionsSeen(env)).toBe(12);
    expect(asked).toBe(1);
    await expect(partitionsSeen({ ...env, FTM_KAFKA_TOKEN_SECRET: 'wrong' })).rejects.toThrow('401');
  });

  it('is not spoken to when nobody who is known signed for it', async () => {
    const { FTM_KAFKA_CA_FILE: _, ...rest } = as('consumer');
    await expect(partitionsSeen(rest)).rejects.toThrow(/self.signed|certificate/i);
  });

  it('is not reached by who speaks in the clear', async () => {
    await expect(partitionsSeen({})).rejects.toThrow();
  });

  it('lets `ftm` in by the same settings', async () => {
    const brokers = { FTM_KAFKA_BROKERS: kafka.brokers.join(',') };
    const check = ['prepare', '--check', '--only', 'topics', '--json'];
    const seen = await runCli(check, { ...as('admin', SUPERUSER.password), ...brokers });
    expect([seen.code, JSON.parse(seen.stdout)]).toMatchObject([0, { topics: { todo: [] } }]);
    const refused = await runCli(check, { ...as('admin', 'wrong'), ...brokers });
    expect(refused.code).not.toBe(0);
    expect(refused.stdout + refused.stderr).not.toContain('wrong');
    const odd = await runCli(check, { ...brokers, FTM_KAFKA_USER: 'admin' });
    expect([odd.code, odd.stdout]).toEqual([2, expect.stringContaining('FTM_KAFKA_USER: it does nothing')]);
  });
});

describe('the access that each service has', () => {
  const registry = createRegistry(registryUrl);
  const log = (user: User | 'stranger') =>
    createKafkaEventLog({
      ...connectionOf(as(user)),
      groupId: 'ftm-command-api',
      address: 'http://127.0.0.1:1',
      registry,
      journal: createMemoryJournal(),
      sessionTimeoutMs: 10_000,
    });
  async function readsAll(user: User | 'stranger', groupId: string): Promise<number> {
    const journal = createMemoryJournal();
    let problem: Error | undefined;
    const consumer = createLogConsumer({
      ...connectionOf(as(user)),
      groupId,
      registry,
      sessionTimeoutMs: 10_000,
      claim: journal.claim,
      handle: journal.handle,
      onEvent: (event) => {
        if (event.kind === 'problem') problem = event.error;
      },
    });
    try {
      await eventually('it has read, or may not', () => {
        if (problem !== undefined && REFUSED.test(problem.message)) throw problem;
        return journal.entries().length > 0;
      });
      return journal.entries().length;
    } finally {
      await consumer.stop();
    }
  }
  const publishes = async (
    user: User | 'stranger',
    topic: string,
    transactionalId: string,
  ): Promise<bigint> => {
    const producer = await openFencedProducer({
      connection: connectionOf(as(user)),
      topic,
      partition: 0,
      transactionalId,
      timeoutMs: 10_000,
    });
    try {
      await producer.claim();
      return await producer.append([{ key: 'ftm/log', value: Buffer.from('v'), headers: {} }]);
    } finally {
      producer.drop();
    }
  };

  it('is enough: command-api writes, projector, runners and a downstream system read', async () => {
    const writer = log('command-api');
    await eventually('the log serves', () => writer.status().ready);
    const tenant = freshTenant();
    const outcome = await writer.submit(command({ tenant, key: '1', primary: stream('a') }));
    expect(outcome.kind).toBe('appended');
    expect(await readsAll('projector', `ftm-journal-${EVENTS_TOPIC}`)).toBeGreaterThan(0);
    expect(await readsAll('runners', `ftm-work-${EVENTS_TOPIC}`)).toBeGreaterThan(0);
    expect(await readsAll('consumer', 'ftm-consumer-billing')).toBeGreaterThan(0);
    expect(
      await publishes('projector', CHECKPOINTS_TOPIC, `${EVENTS_TOPIC}.checkpoints`),
    ).toBeGreaterThanOrEqual(0n);
    await writer.close();
  }, 120_000);

  it.each<[User | 'stranger', string, string]>([
    ['projector', EVENTS_TOPIC, `${EVENTS_TOPIC}.0`],
    ['projector', EVENTS_TOPIC, `${EVENTS_TOPIC}.checkpoints`],
    ['runners', EVENTS_TOPIC, `${EVENTS_TOPIC}.0`],
    ['consumer', EVENTS_TOPIC, `${EVENTS_TOPIC}.0`],
    ['stranger', EVENTS_TOPIC, `${EVENTS_TOPIC}.0`],
    ['command-api', CHECKPOINTS_TOPIC, `${EVENTS_TOPIC}.0`],
    ['consumer', CHECKPOINTS_TOPIC, `${EVENTS_TOPIC}.checkpoints`],
  ])('is no more: %s does not write to %s as %s', async (user, topic, id) => {
    await expect(publishes(user, topic, id)).rejects.toThrow(REFUSED);
  });

  it.each<[User | 'stranger', string]>([
    ['stranger', 'ftm-consumer-billing'],
    ['consumer', 'ftm-command-api'],
    ['consumer', `ftm-journal-${EVENTS_TOPIC}`],
    ['runners', `ftm-journal-${EVENTS_TOPIC}`],
  ])('is no more: %s does not join %s', async (user, group) => {
    await expect(readsAll(user, group)).rejects.toThrow(REFUSED);
  });

  it('leaves a stranger without the log: no partition is ever its', async () => {
    const stranger = log('stranger');
    await expect(
      stranger.submit(command({ tenant: freshTenant(), key: '1', primary: stream('a') })),
    ).rejects.toThrow();
    expect(stranger.status().ready).toBe(false);
    await stranger.close();
  }, 60_000);
});

it('the key of the broker is told to nobody', async () => {
  expect(await readFile(kafka.caFile, 'utf8')).not.toContain('PRIVATE KEY');
});
