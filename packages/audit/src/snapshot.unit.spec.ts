import fc from 'fast-check';
import { EMPTY_CHAIN, eventHash } from '@ftm/contracts/chain';
import { toHeaders, type Envelope } from '@ftm/contracts/envelope';
import { tenantId } from '@ftm/contracts/ids';
import { signCheckpoint } from './checkpoint.ts';
import { EXPORT_HEAD, type EventLine } from './export-lines.ts';
import { createCompactTree, hex, leafHash } from './merkle.ts';
import { createNoteSigner, createNoteVerifier, generateNoteKey } from './signed-note.ts';
import { createSnapshotReader, createSnapshotWriter, SnapshotRefused } from './snapshot.ts';

const key = generateNoteKey('ftm');
const trusted = [createNoteVerifier(key.verifierKey)];

function author(tenant: string, partition: number, count: number, actor = 'ann'): EventLine[] {
  let head = EMPTY_CHAIN;
  return Array.from({ length: count }, (_, index) => {
    const value = Buffer.from([0, 0, 0, 0, 1, index]);
    const unhashed: Omit<Envelope, 'hash'> = {
      tenantId: tenantId(tenant),
      id: `id-${index}`,
      type: 'ftm.dataset.DatasetRequested',
      source: 'urn:ftm:command-api',
      time: new Date(Date.UTC(2026, 0, 1) + index * 1_000_000).toISOString(),
      stream: 'dataset/one',
      version: index + 1,
      seq: index + 1,
      prev: head.hash,
      command: 'c',
      fingerprint: 'f',
      actor,
      correlation: 'c',
      causation: null,
      traceparent: null,
    };
    const envelope = { ...unhashed, hash: eventHash(unhashed, value) };
    head = { seq: envelope.seq, hash: envelope.hash };
    const headers = toHeaders(envelope);
    const offset = String(10 * index);
    return { kind: 'event', partition, offset, key: tenant, headers, value: value.toString('base64') };
  });
}

function note(events: readonly EventLine[]): string {
  const tree = createCompactTree();
  for (const { headers } of events) tree.append(leafHash(Buffer.from(headers['ftm_hash'] ?? '', 'hex')));
  const last = events.at(-1);
  const root = hex(tree.root());
  const checkpoint = {
    origin: `ftm/${last?.key ?? ''}`,
    tenantId: last?.key ?? '',
    size: tree.size,
    root,
    time: '2026-01-01T00:00:00.000Z',
    head: last?.headers['ftm_hash'] ?? '',
  };
  return signCheckpoint(checkpoint, [createNoteSigner(key.signerKey)]);
}

function write(events: readonly EventLine[], notes: readonly string[] = []): string[] {
  const writer = createSnapshotWriter();
  return [
    writer.line(EXPORT_HEAD),
    ...notes.map((each) => writer.line({ kind: 'checkpoint', where: 'x', tenant: 'acme', note: each })),
    writer.line({ kind: 'row', table: 'parked', row: { partition: 0, offset: 30, reason: 'poison' } }),
    ...events.map((each) => writer.line(each)),
    writer.end(),
  ];
}

function read(lines: readonly string[], keys = trusted.slice(0, 0)) {
  const reader = createSnapshotReader(keys);
  for (const line of lines) reader.next(line);
  return reader.finish();
}

const acme = author('acme', 0, 12);
const events = [...acme, ...author('globex', 1, 5)];

describe('a snapshot', () => {
  it('says where the tail of each partition begins, and what every tenant has come to', () => {
    const { end, heads } = read(write(events));
    expect(end).toMatchObject({ events: 17, positions: { 0: '111', 1: '41' } });
    expect(end.tenants.map(({ tenantId: id, seq }) => [id, seq])).toEqual([
      ['acme', 12],
      ['globex', 5],
    ]);
    expect(heads[0]).toMatchObject({ tenantId: 'acme', partition: 0, offset: '110', seq: 12 });
  });

  it('in which anything was changed, left out, repeated, moved or added is refused', () => {
    const lines = write(events, [note(acme.slice(0, 8))]);
    const at = fc.nat(lines.length - 1);
    const place = fc.nat(300);
    const edit = fc.oneof(
      fc.record({ kind: fc.constant('drop' as const), at }),
      fc.record({ kind: fc.constant('repeat' as const), at }),
      fc.record({ kind: fc.constant('swap' as const), at }),
      fc.record({ kind: fc.constant('change' as const), at, place, by: fc.integer({ min: 1, max: 30 }) }),
    );
    fc.assert(
      fc.property(edit, (how) => {
        const edited = [...lines];
        const line = edited[how.at] ?? '';
        if (how.kind === 'drop') edited.splice(how.at, 1);
        else if (how.kind === 'repeat') edited.splice(how.at, 0, line);
        else if (how.kind === 'swap')
          edited.splice(how.at, 1, ...edited.splice((how.at + 1) % edited.length, 1, line));
        else {
          const place = how.place % line.length;
          const code = ((line.charCodeAt(place) - 32 + how.by) % 95) + 32;
          edited[how.at] = line.slice(0, place) + String.fromCharCode(code) + line.slice(place + 1);
        }
        fc.pre(edited.some((each, index) => each !== lines[index]));
        expect(() => read(edited)).toThrow(SnapshotRefused);
      }),
      { numRuns: 200 },
    );
  });

  it('that was cut off before its end is refused', () => {
    for (const count of [0, 1, 5, 18])
      expect(() => read(write(events).slice(0, count))).toThrow('breaks off');
  });

  it('of a history that was written anew is refused by who trusts a key, and by nobody else', () => {
    const notes = [note(acme), note(acme.slice(0, 8))];
    expect(read(write(acme, notes), trusted).heads[0]).toMatchObject({ seq: 12, covered: 12 });
    const anew = author('acme', 0, 12, 'mallory');
    expect(() => read(write(anew, notes), trusted)).toThrow('acme: the first 8 events are not those');
    expect(read(write(anew, notes)).end.events).toBe(12);
    expect(() => read(write(acme.slice(0, 9), notes), trusted)).toThrow('vouches for 12');
    expect(() => read(write(acme), trusted)).toThrow('no trusted checkpoint covers event 1');
    const other = generateNoteKey('other');
    expect(() => read(write(acme, notes), [createNoteVerifier(other.verifierKey)])).toThrow(
      'a checkpoint of acme',
    );
  });

  it('is not made of a journal that is not sound', () => {
    expect(() => write(events.filter((_, index) => index !== 3))).toThrow(
      'the event at 0:40 does not extend acme',
    );
  });
});
