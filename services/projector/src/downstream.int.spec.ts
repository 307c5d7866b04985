import { execFile, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { runCli } from '@ftm/cli/testing/run-cli';
import { fullName } from '@ftm/contracts/codec';
import { EVENT_SCHEMAS, type FtmEvent } from '@ftm/contracts/generated/events';
import { streamId, type Aggregate } from '@ftm/contracts/ids';
import { memberClient } from '@ftm/event-log/kafka-clients';
import type { AuthoredRecord } from './testing/log-author.ts';
import { createStand, freshTenant, type Stand } from './testing/stand.ts';

const ROOT = join(import.meta.dirname, '../../..');
const EXAMPLES = join(ROOT, 'docs/examples');
const python = findPython();
const withPython = python === null ? it.skip : it;

/** What others see on the topic: every type of event, one aborted transaction, and a record that does not belong there. */
describe('downstream of the log', () => {
  let stand: Stand;
  let records: AuthoredRecord[];

  beforeAll(async () => {
    stand = await createStand(3);
    const tenants = [freshTenant(), freshTenant(), freshTenant()];
    records = [];
    for (const [at, event] of everyEvent().entries()) {
      const tenant = tenants[at % tenants.length] ?? freshTenant();
      const aggregate = EVENT_SCHEMAS[event.type]?.[0]?.aggregate;
      const stream = streamId(
        (aggregate === 'any-stream' ? 'dataset' : aggregate) as Aggregate,
        randomUUID(),
      );
      records.push(await stand.author.write(tenant, stream, event));
    }
    const [first, ...others] = records;
    await stand.author.send(first === undefined ? [] : [first]);
    const aborting = memberClient(stand.connection).producer({
      transactionalId: `aborting-${randomUUID()}`,
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await aborting.connect();
    const transaction = await aborting.transaction();
    const never = {
      key: first?.key ?? '',
      headers: first?.headers ?? {},
      value: Buffer.from('never happened'),
    };
    await transaction.send({ topic: stand.topic, messages: [never] });
    await transaction.abort();
    await aborting.disconnect();
    await stand.author.send(others);
  });
  afterAll(() => stand.close());

  const told = (text: string): unknown[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);

  withPython(
    'a consumer in Python decodes every type of event, and sees nothing that was not committed',
    async () => {
      const { stdout, stderr } = await promisify(execFile)(
        python ?? '',
        [
          join(EXAMPLES, 'consumer.py'),
          ...['--brokers', stand.connection.brokers.join(','), '--registry', stand.registryUrl],
          ...['--topic', stand.topic, '--group', `python-${randomUUID()}`, '--until-end'],
        ],
        { timeout: 60_000, maxBuffer: 64_000_000 },
      );
      expect(stderr).toBe('');
      const byHash = (each: { hash: string }, other: { hash: string }) => (each.hash < other.hash ? -1 : 1);
      const seen = (
        told(stdout) as { headers: Record<string, string>; type: string; schema: string; data: unknown }[]
      )
        .map(({ headers, type, schema, data }) => ({ hash: headers['ftm_hash'] ?? '', type, schema, data }))
        .sort(byHash);
      expect(seen).toEqual(
        records
          .map(({ envelope, event }) => ({
            hash: envelope.hash,
            type: envelope.type,
            schema: fullName(event.type),
            data: event.data,
          }))
          .sort(byHash),
      );
    },
  );

  const tail = (...args: readonly string[]) =>
    runCli(['tail', '--no-follow', '--from-beginning', ...args], {
      FTM_KAFKA_BROKERS: stand.connection.brokers.join(','),
      FTM_REGISTRY_URL: stand.registryUrl,
      FTM_EVENTS_TOPIC: stand.topic,
    });

  it('ftm tail shows the same, and what is asked for only', async () => {
    const all = told((await tail('--json')).stdout) as { envelope: { hash: string }; data: unknown }[];
    const datas = new Map(all.map(({ envelope, data }) => [envelope.hash, data]));
    expect(datas).toEqual(new Map(records.map(({ envelope, event }) => [envelope.hash, event.data])));

    const tenant = records[1]?.key ?? '';
    const some = told((await tail('--json', '--tenant', tenant, '--type', 'FineTune*')).stdout) as {
      envelope: { hash: string };
    }[];
    expect(some.map(({ envelope }) => envelope.hash)).toEqual(
      records
        .filter(({ key, event }) => key === tenant && event.type.startsWith('FineTune'))
        .map(({ envelope }) => envelope.hash),
    );
    const [one] = records.filter(({ event }) => event.type === 'DatasetErased');
    const text = (await tail('--stream', one?.envelope.stream ?? '')).stdout.split('\n');
    expect(text[0]).toMatch(/ {2}#\d+ {2}DatasetErased {2}dataset\/[0-9a-f-]{36}@1 {2}tester {2}\d+:\d+$/);
    expect(text[1]).toContain('"dataKeyId":');
  });

  it('ftm tail says what is wrong with its options', async () => {
    expect(await tail('--last', 'x')).toMatchObject({ code: 2 });
    const none = await runCli(['tail'], { FTM_KAFKA_BROKERS: '' });
    expect(none).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--brokers is missing') as string,
    });
  });
});

/** One of each, as it was stored when the type was new. */
function everyEvent(): FtmEvent[] {
  return Object.entries(EVENT_SCHEMAS)
    .filter(([, versions]) => versions[0]?.aggregate !== 'log')
    .map(([type, versions]) => {
      const file = join(ROOT, 'packages/contracts/stored-bytes', `${type}.v${versions.at(-1)?.version}.json`);
      const [full] = JSON.parse(readFileSync(file, 'utf8')) as { data: unknown }[];
      return { type, data: full?.data } as FtmEvent;
    });
}

/** A Python with what the example needs, made once; null, with a word, where there is none or nothing can be installed. */
function findPython(): string | null {
  const requirements = readFileSync(join(EXAMPLES, 'requirements.txt'));
  const cache =
    process.env['FTM_CACHE_DIR'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ftm');
  const directory = join(
    cache,
    `python-${createHash('sha256').update(requirements).digest('hex').slice(0, 12)}`,
  );
  const found = join(directory, 'bin/python');
  const works = (): boolean => spawnSync(found, ['-c', 'import confluent_kafka, fastavro']).status === 0;
  if (works()) return found;
  mkdirSync(cache, { recursive: true });
  const made =
    spawnSync('python3', ['-m', 'venv', directory]).status === 0 &&
    spawnSync(found, ['-m', 'pip', 'install', '-q', '-r', join(EXAMPLES, 'requirements.txt')], {
      timeout: 180_000,
    }).status === 0;
  if (made && works()) return found;
  rmSync(directory, { recursive: true, force: true });
  process.stderr.write('the Python consumer is skipped: no python3, or its packages cannot be installed\n');
  return null;
}
