import type { EventLine } from '@ftm/audit/export-lines';
import { createNoteSigner, createNoteVerifier, generateNoteKey } from '@ftm/audit/signed-note';
import { fromHeaders } from '@ftm/contracts/envelope';
import { tenantId, type TenantId } from '@ftm/contracts/ids';
import type { AuditEvent } from '@ftm/orchestrator/wire';
import * as fc from 'fast-check';
import { logOf } from '../testing/log-lines.ts';
import type { AuditCopy } from './copy-reader.ts';
import type { LogSource } from './sources.ts';
import { verifyLog, type VerifyReport, type VerifyState } from './verify.ts';

/**
 * A log, and the copy that follows it, both of which go on while they are verified: whatever comes in between two
 * requests, what is sound is found sound, and what is not is not.
 */
const key = generateNoteKey('ftm');
const signer = createNoteSigner(key.signerKey);
const trusted = [createNoteVerifier(key.verifierKey)];
const LENGTH = 12;
const TENANTS = [tenantId('acme'), tenantId('globex')] as const;
const LOGS = TENANTS.map((tenant) => ({ tenant, ...logOf(tenant, signer) })).map((each) => ({
  tenant: each.tenant,
  events: each.write(LENGTH),
  other: each.write(LENGTH, 'written anew'),
  vouch: each.vouch,
}));

interface Side {
  readonly tenant: TenantId;
  readonly events: readonly EventLine[];
  /** What the copy holds. */
  readonly copied: readonly EventLine[];
  readonly notes: Map<number, string>;
  inLog: number;
  inCopy: number;
  vouchedFor: number;
}

/**
 * @param steps of the world, one after each request: which tenant goes on by how many events, and whether its copy
 * and its checkpoints follow
 */
function world(
  steps: readonly { tenant: number; events: number; copy: boolean; checkpoint: boolean }[],
  copyOf: (each: (typeof LOGS)[number]) => readonly EventLine[] = (each) => each.events,
) {
  const sides: Side[] = LOGS.map((each) => ({
    tenant: each.tenant,
    events: each.events,
    copied: copyOf(each),
    notes: new Map(),
    inLog: 0,
    inCopy: 0,
    vouchedFor: 0,
  }));
  let step = 0;
  function goOn(): void {
    const now = steps[step];
    step += 1;
    const side = sides[now?.tenant ?? 0];
    if (now === undefined || side === undefined) return;
    side.inLog = Math.min(LENGTH, side.inLog + now.events);
    if (now.copy) side.inCopy = side.inLog;
    if (!now.checkpoint || side.inCopy === 0) return;
    side.vouchedFor = side.inCopy;
    const note = LOGS[now.tenant]?.vouch(side.events, side.inCopy).note ?? '';
    side.notes.set(side.inCopy, note);
  }
  const sideOf = (tenant: string): Side => {
    const side = sides.find((each) => each.tenant === tenant);
    if (side === undefined) throw new Error(`no tenant ${tenant}`);
    return side;
  };
  const source: LogSource = {
    name: 'a log that grows',
    notes: () =>
      Promise.resolve(
        sides.flatMap(({ tenant, notes }) =>
          [...notes].map(([size, note]) => ({ where: `checkpoint ${size}`, tenantId: tenant, note })),
        ),
      ),
    async *batches(from) {
      goOn();
      const ends = sides.map(({ inLog }) => inLog);
      const positions: Record<string, string> = { ...from };
      for (const [place, side] of sides.entries()) {
        const start = Number(positions[place] ?? 0);
        const end = ends[place] ?? 0;
        if (start === end) continue;
        positions[place] = String(end);
        const entries = side.events.slice(start, end).map(({ headers, value, offset }) => ({
          where: `${place}:${offset}`,
          key: side.tenant,
          partition: place,
          headers,
          value: Buffer.from(value, 'base64'),
        }));
        yield await Promise.resolve({ entries, positions: { ...positions }, done: 0, total: 0 });
      }
    },
    close: () => Promise.resolve(),
  };
  const asked = <T>(answer: () => T): Promise<T> => {
    goOn();
    return Promise.resolve(answer());
  };
  const orchestrator: AuditCopy = {
    auditCheckpoints: (tenant, after) =>
      asked(() =>
        [...sideOf(tenant).notes]
          .filter(([size]) => size > (after ?? 0))
          .map(([size, note]) => ({ size, note })),
      ),
    auditEvents: (tenant, from, limit) =>
      asked(() => {
        const { copied, inCopy } = sideOf(tenant);
        return copied
          .slice(from - 1, Math.min(inCopy, from - 1 + (limit ?? 500)))
          .map((line) => eventOf(tenant, line));
      }),
    auditPosition: (tenant) => asked(() => ({ acknowledgedSeq: sideOf(tenant).inCopy, hash: null })),
  };
  return { source, orchestrator, sides };
}

function eventOf(tenant: string, line: EventLine): AuditEvent {
  const { tenantId: _, ...envelope } = fromHeaders(tenantId(tenant), line.headers);
  return { ...envelope, value_base64: line.value };
}

const steps = fc.array(
  fc.record({
    tenant: fc.nat({ max: 1 }),
    events: fc.nat({ max: 3 }),
    copy: fc.boolean(),
    checkpoint: fc.boolean(),
  }),
  { maxLength: 40 },
);

describe('a log that is verified while it grows', () => {
  /** Several runs, of which each goes on where the one before it ended. */
  async function runs(of: ReturnType<typeof world>, count: number): Promise<VerifyReport[]> {
    let from: VerifyState | undefined;
    const reports: VerifyReport[] = [];
    for (let run = 0; run < count; run += 1)
      reports.push(
        await verifyLog({
          ...of,
          trusted,
          staleMs: Infinity,
          ...(from === undefined ? {} : { from }),
          onState: (state) => {
            from = JSON.parse(JSON.stringify(state)) as VerifyState;
            return Promise.resolve();
          },
        }),
      );
    return reports;
  }

  it('is sound whatever comes between two requests', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (each) => {
        for (const report of await runs(world(each), 3))
          expect(report).toMatchObject({ ok: true, log: { findings: [] }, copy: { differences: [] } });
      }),
      { numRuns: 300 },
    );
  });

  it('is found to differ from a copy with another history as soon as that has it', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat({ max: LENGTH - 1 }), async (each, first) => {
        const of = world(each, ({ events, other }) => [...events.slice(0, first), ...other.slice(first)]);
        // Checkpoints are of the log that FTM has: these would tell as well.
        for (const { notes } of of.sides) notes.set = () => notes;
        await runs(of, 2);
        for (const side of of.sides) [side.inLog, side.inCopy] = [LENGTH, LENGTH];
        const [last] = (await runs(of, 1)).slice(-1);
        expect(last).toMatchObject({ ok: false, log: { findings: [] } });
        expect(last?.copy?.differences.map(({ tenantId: tenant }) => tenant)).toEqual(TENANTS);
      }),
      { numRuns: 100 },
    );
  });

  it('is found to be cut where the copy has more of it', async () => {
    const of = world([]);
    for (const side of of.sides) [side.inLog, side.inCopy] = [LENGTH - 1, LENGTH];
    const [report] = await runs(of, 1);
    expect(report).toMatchObject({
      ok: false,
      copy: {
        differences: [
          { tenantId: 'acme', seq: LENGTH },
          { tenantId: 'globex', seq: LENGTH },
        ],
      },
    });
  });
});
