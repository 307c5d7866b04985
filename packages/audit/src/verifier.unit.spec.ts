import fc from 'fast-check';
import { EMPTY_CHAIN, eventHash } from '@ftm/contracts/chain';
import { toHeaders, type Envelope } from '@ftm/contracts/envelope';
import type { StreamId, TenantId } from '@ftm/contracts/ids';
import { signCheckpoint } from './checkpoint.ts';
import { createCompactTree, hex, leafHash } from './merkle.ts';
import { createNoteSigner, createNoteVerifier, generateNoteKey } from './signed-note.ts';
import type { LogEntry } from './tenant-history.ts';
import { createLogVerifier, type VerifierState } from './verifier.ts';
import type { PublishedNote } from './vouched.ts';

const key = generateNoteKey('ftm');
const signer = createNoteSigner(key.signerKey);
const trusted = [createNoteVerifier(key.verifierKey)];
const NOW = '2026-01-01T02:00:00.000Z';

/** A sound log of one tenant, as its writer makes it. */
function author(count: number, twist = ''): LogEntry[] {
  let head = EMPTY_CHAIN;
  const versions = new Map<string, number>();
  return Array.from({ length: count }, (_, index) => {
    const stream: StreamId = `dataset/stream-${index % 3}`;
    const version = (versions.get(stream) ?? 0) + 1;
    versions.set(stream, version);
    const value = Buffer.from([0, 0, 0, 0, 1, index % 256]);
    const unhashed: Omit<Envelope, 'hash'> = {
      tenantId: 'acme' as TenantId,
      id: `id-${index}`,
      type: 'ftm.dataset.DatasetRequested',
      source: 'urn:ftm:command-api',
      time: new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString(),
      stream,
      version,
      seq: index + 1,
      prev: head.hash,
      command: `command-${index}${twist}`,
      fingerprint: 'f',
      actor: 'alice',
      correlation: 'c',
      causation: null,
      traceparent: null,
    };
    const envelope = { ...unhashed, hash: eventHash(unhashed, value) };
    head = { seq: envelope.seq, hash: envelope.hash };
    return { where: `3:${index}`, key: 'acme', partition: 3, headers: toHeaders(envelope), value };
  });
}

function vouch(log: readonly LogEntry[], ...sizes: readonly number[]): PublishedNote[] {
  return sizes.map((size) => {
    const tree = createCompactTree();
    for (const { headers } of log.slice(0, size))
      tree.append(leafHash(Buffer.from(headers['ftm_hash'] ?? '', 'hex')));
    const head = log[size - 1]?.headers['ftm_hash'] ?? '';
    const checkpoint = {
      origin: 'ftm/acme',
      tenantId: 'acme',
      size,
      root: hex(tree.root()),
      time: NOW,
      head,
    };
    return { where: `checkpoint ${size}`, tenantId: 'acme', note: signCheckpoint(checkpoint, [signer]) };
  });
}

const LOG = author(40);
const NOTES = vouch(LOG, 10, 25, 40);
interface Over {
  readonly notes?: readonly PublishedNote[];
  readonly from?: VerifierState;
  readonly schema?: (type: string, value: Buffer) => string | null;
}
const verifierOf = ({ notes = NOTES, ...over }: Over = {}) =>
  createLogVerifier({ trusted, notes: [notes], now: NOW, ...over });
function verify(log: readonly LogEntry[], over: Over = {}) {
  const verifier = verifierOf(over);
  for (const entry of log) verifier.next(entry);
  return verifier.finish();
}
const without = (index: number): LogEntry[] => LOG.filter((_, at) => at !== index);
const replaced = (index: number, change: (entry: LogEntry) => LogEntry): LogEntry[] =>
  LOG.map((entry, at) => (at === index ? change(entry) : entry));
const at = (index: number): LogEntry => LOG[index] as LogEntry;

describe('the verifier', () => {
  test('finds nothing wrong with a sound log, and says how far checkpoints vouch for it', () => {
    expect(verify(LOG)).toMatchObject({
      ok: true,
      events: 40,
      checkpoints: 3,
      tenants: [{ tenantId: 'acme', events: 40, covered: 40 }],
    });
  });

  test.each<[string, readonly LogEntry[], Over, string, string]>([
    ['a dropped event', without(17), {}, 'MISSING', '3:18'],
    ['the first event dropped', without(0), {}, 'MISSING', '3:1'],
    ['swapped events', [...LOG.slice(0, 5), at(6), at(5), ...LOG.slice(7)], {}, 'MISSING', '3:6'],
    ['a repeated event', [...LOG.slice(0, 6), at(5), ...LOG.slice(6)], {}, 'DUPLICATED', '3:5'],
    ['an event from before', [...LOG.slice(0, 6), at(2), ...LOG.slice(6)], {}, 'OUT_OF_PLACE', '3:2'],
    [
      'an inserted event',
      [...LOG.slice(0, 6), author(7, 'x')[6] as LogEntry, ...LOG.slice(6)],
      {},
      'CHAIN_BROKEN',
      '3:6',
    ],
    ['truncation', LOG.slice(0, 38), {}, 'TRUNCATED', 'checkpoint 40'],
    ['a log that is gone', [], {}, 'TRUNCATED', 'checkpoint 40'],
    ['a history written anew', author(40, 'x'), {}, 'HISTORY_REWRITTEN', '3:9'],
    [
      'a checkpoint that is missing for two hours',
      LOG,
      { notes: NOTES.slice(0, 1) },
      'CHECKPOINT_STALE',
      'the end',
    ],
    [
      'an old checkpoint played again',
      LOG,
      { notes: [...NOTES, ...NOTES.slice(0, 1)] },
      'CHECKPOINT_WENT_BACK',
      'checkpoint 10',
    ],
    [
      'a forged checkpoint',
      LOG,
      { notes: NOTES.map((each) => ({ ...each, note: each.note.replace('\n25\n', '\n24\n') })) },
      'CHECKPOINT_INVALID',
      'checkpoint 25',
    ],
    [
      'a schema id that means something else now',
      LOG,
      { schema: (_: string, value: Buffer) => (value.readUInt8(5) === 9 ? 'schema 1 is another' : null) },
      'SCHEMA_CHANGED',
      '3:9',
    ],
    [
      'a record under another key',
      replaced(4, (entry) => ({ ...entry, key: 'no tenant' })),
      {},
      'MALFORMED',
      '3:4',
    ],
    ['another partition', replaced(4, (entry) => ({ ...entry, partition: 4 })), {}, 'WRONG_PARTITION', '3:4'],
  ])('finds %s, first of all, and where', (_, log, over, code, where) => {
    const { ok, findings } = verify(log, over);
    expect(ok).toBe(false);
    expect(findings[0]).toMatchObject({ code, where });
  });

  test('finds any one flipped bit, at its offset, of a value or of a header that the hash covers', () => {
    const covered = Object.keys(at(0).headers).filter(
      (name) => !['ce_specversion', 'content-type'].includes(name),
    );
    fc.assert(
      fc.property(
        fc.nat(39),
        fc.nat(),
        fc.nat(6),
        fc.option(fc.constantFrom(...covered)),
        (index, place, bit, header) => {
          const log = replaced(index, (entry) => {
            const bytes = Buffer.from(header === null ? entry.value : (entry.headers[header] ?? ''));
            const spot = place % bytes.length;
            bytes.writeUInt8(bytes.readUInt8(spot) ^ (1 << bit), spot);
            return header === null
              ? { ...entry, value: bytes }
              : { ...entry, headers: { ...entry.headers, [header]: bytes.toString('latin1') } };
          });
          const { findings } = verify(log);
          expect(findings[0]?.where).toBe(`3:${index}`);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('goes on where it stopped, with the same outcome', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(39), (stop, dropped) => {
        const log = without(dropped);
        const first = verifierOf();
        for (const entry of log.slice(0, stop)) first.next(entry);
        const state = JSON.parse(JSON.stringify(first.state())) as VerifierState;
        expect(verify(log.slice(stop), { from: state })).toEqual(verify(log));
      }),
      { numRuns: 60 },
    );
  });
});
