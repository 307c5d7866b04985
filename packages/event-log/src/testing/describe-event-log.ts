import { CommandInFlight, type AppendOutcome, type EventLog } from '../event-log.ts';
import { command, erased, freshTenant, stream } from './commands.ts';
import { verifyRecords, type CheckedRecord } from './verify-records.ts';

/** A log under test, with a look at what really stands in it. */
export interface LogUnderTest {
  readonly log: EventLog;
  /** All records, partition by partition, in log order. */
  records(): Promise<readonly CheckedRecord[]>;
  close(): Promise<void>;
}

type Appended = Extract<AppendOutcome, { kind: 'appended' }>;

function appended(outcome: AppendOutcome): Appended {
  if (outcome.kind !== 'appended') throw new Error(`expected appended, got ${JSON.stringify(outcome)}`);
  return outcome;
}

/** What every event log does. Run against each implementation of the port. */
export function describeEventLog(name: string, open: () => Promise<LogUnderTest>): void {
  describe(`event log: ${name}`, () => {
    let subject: LogUnderTest;
    let log: EventLog;

    beforeAll(async () => {
      subject = await open();
      log = subject.log;
    });

    afterAll(async () => {
      const { problems } = verifyRecords(await subject.records());
      await subject.close();
      expect(problems).toEqual([]);
    });

    it('appends and reads back', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      const first = appended(await log.submit(command({ tenant, key: '1', primary })));
      const second = appended(await log.submit(command({ tenant, key: '2', primary })));
      expect(first.replayed).toBe(false);
      expect(first.events.map((each) => each.event)).toEqual([erased('1')]);
      expect(second.history.map((each) => each.envelope.version)).toEqual([1, 2]);
      expect(second.events[0]?.envelope).toMatchObject({
        tenantId: tenant,
        stream: primary,
        version: 2,
        seq: 2,
        type: 'ftm.dataset.DatasetErased',
        actor: 'tester',
        correlation: 'correlation-1',
        causation: null,
        prev: first.events[0]?.envelope.hash,
      });
      expect(second.position?.partition).toBe(log.locate(tenant).partition);
      expect(second.position?.offset).toBeGreaterThan(first.position?.offset ?? -1n);
      expect(await log.readStream(tenant, primary)).toEqual(second.history);
      expect(await log.readStream(tenant, stream('none'))).toEqual([]);
    });

    it('passes on who caused what', async () => {
      const tenant = freshTenant();
      const request = {
        ...command({ tenant, key: '1', primary: stream('a') }),
        causation: 'event-7',
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      };
      const { events } = appended(await log.submit(request));
      expect(events[0]?.envelope).toMatchObject({
        causation: 'event-7',
        traceparent: request.traceparent,
        command: request.commandId,
        fingerprint: request.fingerprint,
      });
    });

    it('answers a repeated command as before, without deciding again', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      const first = appended(await log.submit(command({ tenant, key: '1', primary })));
      await log.submit(command({ tenant, key: '2', primary }));
      const again = appended(
        await log.submit(
          command({
            tenant,
            key: '1',
            primary,
            expectedVersion: 17,
            decide: async () => {
              throw new Error('decided twice');
            },
          }),
        ),
      );
      expect(again).toEqual({ ...first, replayed: true });
    });

    it('refuses the same command id for something else', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      await log.submit(command({ tenant, key: '1', primary }));
      const outcome = await log.submit(command({ tenant, key: '1', primary, fingerprint: 'other' }));
      expect(outcome).toEqual({ kind: 'fingerprint_mismatch' });
    });

    it('finds a command with what a retry would be answered', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      const one = command({ tenant, key: '1', primary });
      expect(await log.find(one)).toBeNull();
      const first = appended(await log.submit(one));
      await log.submit(command({ tenant, key: '2', primary }));
      expect(await log.find(one)).toEqual({ ...first, replayed: true });
      expect(await log.find(one)).toEqual(await log.submit(one));
      expect(await log.find({ ...one, fingerprint: 'other' })).toEqual({ kind: 'fingerprint_mismatch' });
      expect(await log.find(command({ tenant, key: '3', primary }))).toBeNull();
    });

    it('finds no command that was rejected or had nothing to add, and takes it after that', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      const rejection = { code: 'NO', message: 'no' };
      const refused = command({
        tenant,
        key: '1',
        primary,
        decide: async () => ({ kind: 'reject', rejection }),
      });
      await log.submit(refused);
      expect(await log.find(refused)).toBeNull();
      const idle = command({ tenant, key: '2', primary, events: [] });
      await log.submit(idle);
      expect(await log.find(idle)).toBeNull();
      for (const key of ['1', '2']) {
        const outcome = appended(await log.submit(command({ tenant, key, primary })));
        expect(outcome.replayed).toBe(false);
        expect(await log.find(command({ tenant, key, primary }))).toEqual({ ...outcome, replayed: true });
      }
    });

    it('says so when it is asked for a command that is being worked on', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      let decided: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        decided = resolve;
      });
      const request = command({
        tenant,
        key: '1',
        primary,
        decide: async () => {
          await held;
          return { kind: 'append', events: [{ stream: primary, event: erased('1') }] };
        },
      });
      const submitting = log.submit(request);
      const waiting = log.submit(command({ tenant, key: '2', primary }));
      await expect(log.find(request)).rejects.toThrow(CommandInFlight);
      await expect(log.find(command({ tenant, key: '2', primary }))).rejects.toThrow(CommandInFlight);
      decided();
      const outcome = appended(await submitting);
      expect(await log.find(request)).toEqual({ ...outcome, replayed: true });
      await waiting;
    });

    it('never takes a command for absent that was written while it was looked for', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      const requests = Array.from({ length: 50 }, (_, index) =>
        command({ tenant, key: String(index), primary }),
      );
      const found = await Promise.allSettled(
        requests.flatMap((each) => [log.find(each), log.submit(each), log.find(each)]),
      );
      expect(
        found.filter((each) => each.status === 'rejected').map((each) => each.reason as unknown),
      ).toEqual(Array.from({ length: 50 }, () => expect.any(CommandInFlight) as unknown));
      for (const each of requests) expect(await log.submit(each)).toMatchObject({ replayed: true });
      expect(await log.readStream(tenant, primary)).toHaveLength(50);
    });

    it('holds to the expected version', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      expect(await log.submit(command({ tenant, key: '1', primary, expectedVersion: 0 }))).toMatchObject({
        kind: 'appended',
      });
      expect(await log.submit(command({ tenant, key: '2', primary, expectedVersion: 0 }))).toEqual({
        kind: 'version_conflict',
        actual: 1,
      });
      expect(await log.submit(command({ tenant, key: '3', primary, expectedVersion: 1 }))).toMatchObject({
        kind: 'appended',
      });
    });

    it('lets one of many racing for a version win', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          log.submit(command({ tenant, key: String(index), primary, expectedVersion: 0 })),
        ),
      );
      expect(outcomes.filter((each) => each.kind === 'appended')).toHaveLength(1);
      expect(outcomes.filter((each) => each.kind === 'version_conflict')).toHaveLength(19);
    });

    it('refuses a command that is being worked on', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      const results = await Promise.allSettled([
        log.submit(command({ tenant, key: '1', primary })),
        log.submit(command({ tenant, key: '1', primary })),
      ]);
      expect(results[0]).toMatchObject({ status: 'fulfilled' });
      expect(results[1]).toMatchObject({ status: 'rejected' });
      expect(results[1]).toHaveProperty('reason', expect.any(CommandInFlight));
      expect(await log.readStream(tenant, primary)).toHaveLength(1);
    });

    it('decides on what the commands before have done', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      const seen: number[] = [];
      await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          log.submit(
            command({
              tenant,
              key: String(index),
              primary,
              decide: async (read) => {
                seen.push((await read.load(primary)).length);
                return { kind: 'append', events: [{ stream: primary, event: erased(String(index)) }] };
              },
            }),
          ),
        ),
      );
      expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    it('appends to many streams at once, in order and next to each other', async () => {
      const tenant = freshTenant();
      const [a, b] = [stream('a'), stream('b')];
      const events = [a, b, a, b, a].map((each, index) => ({ stream: each, event: erased(String(index)) }));
      const outcome = appended(
        await log.submit(command({ tenant, key: '1', primary: a, prefetch: [b], events })),
      );
      expect(outcome.events.map((each) => each.envelope.version)).toEqual([1, 1, 2, 2, 3]);
      expect(outcome.events.map((each) => each.envelope.seq)).toEqual([1, 2, 3, 4, 5]);
      expect(outcome.history.map((each) => each.event)).toEqual([erased('0'), erased('2'), erased('4')]);
      expect(await log.readStream(tenant, b)).toHaveLength(2);
    });

    it('appends nothing for a rejection, and decides it anew next time', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      const rejection = { code: 'NO', message: 'no', reasons: [{ code: 'WHY', message: 'because' }] };
      const decide = async () => ({ kind: 'reject' as const, rejection });
      const rejected = await log.submit(command({ tenant, key: '1', primary, decide }));
      expect(rejected).toEqual({ kind: 'rejected', rejection });
      expect(await log.readStream(tenant, primary)).toEqual([]);
      expect(await log.submit(command({ tenant, key: '1', primary }))).toMatchObject({ kind: 'appended' });
    });

    it('accepts a command that has nothing to add', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      const nothing = command({ tenant, key: '1', primary, events: [] });
      expect(await log.submit(nothing)).toEqual({
        kind: 'appended',
        replayed: false,
        events: [],
        history: [],
        position: null,
      });
      const before = appended(await log.submit(command({ tenant, key: '2', primary })));
      const after = appended(await log.submit(command({ tenant, key: '3', primary, events: [] })));
      expect(after).toMatchObject({ events: [], history: before.history, position: before.position });
    });

    it('lets only the command fail whose decision throws', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      const results = await Promise.allSettled([
        log.submit(command({ tenant, key: '1', primary })),
        log.submit(
          command({
            tenant,
            key: '2',
            primary,
            decide: async () => {
              throw new Error('bug');
            },
          }),
        ),
        log.submit(
          command({
            tenant,
            key: '3',
            primary,
            events: [
              { stream: primary, event: erased('3') },
              { stream: primary, event: { type: 'DatasetErased', data: {} } as never },
            ],
          }),
        ),
        log.submit(command({ tenant, key: '4', primary })),
      ]);
      expect(results.map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
      expect(results[1]).toHaveProperty('reason.message', 'bug');
      expect(results[2]).toHaveProperty('reason.message', expect.stringContaining('reason'));
      expect((await log.readStream(tenant, primary)).map((each) => each.event)).toEqual([
        erased('1'),
        erased('4'),
      ]);
    });

    it('refuses events that do not fit a record batch, and writes many that fit', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      const tooBig = command({
        tenant,
        key: 'big',
        primary,
        events: [{ stream: primary, event: erased('x'.repeat(1_000_000)) }],
      });
      await expect(log.submit(tooBig)).rejects.toThrow(RangeError);
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          log.submit(
            command({
              tenant,
              key: String(index),
              primary,
              events: [{ stream: primary, event: erased('y'.repeat(300_000)) }],
            }),
          ),
        ),
      );
      expect(outcomes.map((each) => each.kind)).toEqual(Array.from({ length: 12 }, () => 'appended'));
      expect((await log.readStream(tenant, primary)).map((each) => each.envelope.version)).toEqual(
        Array.from({ length: 12 }, (_, index) => index + 1),
      );
    });

    it('never lets a tenant’s time go back', async () => {
      const tenant = freshTenant();
      const primary = stream('a');
      const times: (string | undefined)[] = [];
      for (const now of ['2030-01-02T00:00:00Z', '2030-01-01T00:00:00.000Z', '2030-01-03T00:00:00.000Z']) {
        const { events } = appended(await log.submit(command({ tenant, key: now, primary, now })));
        times.push(events[0]?.envelope.time);
      }
      expect(times).toEqual([
        '2030-01-02T00:00:00.000Z',
        '2030-01-02T00:00:00.000Z',
        '2030-01-03T00:00:00.000Z',
      ]);
    });

    it('keeps tenants apart', async () => {
      const [one, two] = [freshTenant(), freshTenant()];
      const primary = stream('same');
      await log.submit(command({ tenant: one, key: '1', primary }));
      const outcome = appended(await log.submit(command({ tenant: two, key: '1', primary })));
      expect(outcome.replayed).toBe(false);
      expect(outcome.events[0]?.envelope).toMatchObject({ version: 1, seq: 1 });
    });

    it('holds under many concurrent commands, each answered once and in the log once', async () => {
      const tenants = [freshTenant(), freshTenant(), freshTenant()];
      const names = ['a', 'b', 'c', 'd'];
      const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)] as T;
      const submitted = Array.from({ length: 300 }, (_, index) => {
        const tenant = pick(tenants);
        const primary = stream(pick(names));
        const other = stream(pick(names));
        const events = Array.from({ length: 1 + Math.floor(Math.random() * 3) }, (__, at) => ({
          stream: pick([primary, other]),
          event: erased(`${index}.${at}`),
        }));
        return command({ tenant, key: `random ${index}`, primary, prefetch: [other], events });
      });
      const outcomes = await Promise.all(submitted.map(async (each) => appended(await log.submit(each))));
      const { byCommand, problems } = verifyRecords(await subject.records());
      expect(problems).toEqual([]);
      submitted.forEach((each, index) => {
        const answered = outcomes[index]?.events.map((event) => event.envelope);
        expect(byCommand.get(each.commandId)).toEqual(answered);
      });
      const again = await Promise.all(submitted.map(async (each) => appended(await log.submit(each))));
      again.forEach((each, index) => {
        expect(each.events).toEqual(outcomes[index]?.events);
        expect(each.replayed).toBe(true);
      });
    });
  });
}
