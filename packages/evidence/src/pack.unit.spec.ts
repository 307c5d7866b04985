import { createHash } from 'node:crypto';
import { unzipSync, zipSync } from 'fflate';
import { signCheckpoint } from '@ftm/audit/checkpoint';
import { hex, inclusionProof, leafHash, treeRoot } from '@ftm/audit/merkle';
import { createNoteSigner, createNoteVerifier, generateNoteKey } from '@ftm/audit/signed-note';
import { memoryHashes } from '@ftm/audit/testing/memory-hashes';
import { EMPTY_CHAIN, eventHash } from '@ftm/contracts/chain';
import { encodeBody, fullName, newest } from '@ftm/contracts/codec';
import { toHeaders, type Envelope } from '@ftm/contracts/envelope';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import { tenantId, type StreamId } from '@ftm/contracts/ids';
import { datasetRequested, datasetSanitized } from '@ftm/domain/testing/examples';
import { buildPack, verifyPack, type PackContents, type PackedRecord } from './pack.ts';

const TENANT = tenantId('acme');
const MODEL = '00000000-0000-4000-8000-00000000000a';
const DATASET = '00000000-0000-4000-8000-00000000000b';
const MANIFEST = '{"format":"ftm.dataset.v2"}';
const manifestSha256 = createHash('sha256').update(MANIFEST).digest('hex');
const key = generateNoteKey('ftm-test');
const trusted = [createNoteVerifier(key.verifierKey)];

/** A log of a tenant: the model's history, and an event between that is nobody's business. */
const HISTORY: readonly (readonly [StreamId, FtmEvent])[] = [
  [`dataset/${DATASET}`, { type: 'DatasetRequested', data: { ...datasetRequested, evalSuiteIds: [] } }],
  ['eval-suite/s1', { type: 'EvalSuiteCreated', data: { projectId: 'other', name: 'other' } }],
  [
    `dataset/${DATASET}`,
    { type: 'DatasetSanitizationStarted', data: { attempt: 1, profile: '<script>alert(1)</script>' } },
  ],
  [`dataset/${DATASET}`, { type: 'DatasetSanitized', data: { ...datasetSanitized, manifestSha256 } }],
  [
    `model-version/${MODEL}`,
    {
      type: 'ModelVersionRegistered',
      data: {
        projectId: 'p',
        origin: 'external',
        ftJobId: null,
        datasetId: DATASET,
        baseModel: 'gpt',
        providerModelId: 'ft:<script>alert(2)</script>',
        selection: null,
      },
    },
  ],
];

async function logOf(history: typeof HISTORY): Promise<PackContents> {
  let head = EMPTY_CHAIN;
  const versions = new Map<string, number>();
  const records: Omit<PackedRecord, 'proof'>[] = [];
  for (const [stream, event] of history) {
    const version = (versions.get(stream) ?? 0) + 1;
    versions.set(stream, version);
    const value = Buffer.concat([
      Buffer.from([0, 0, 0, 0, history.length]),
      encodeBody(event.type, event.data),
    ]);
    const unhashed: Omit<Envelope, 'hash'> = {
      tenantId: TENANT,
      id: `00000000-0000-4000-8000-0000000001${String(head.seq).padStart(2, '0')}`,
      type: fullName(event.type),
      source: 'urn:ftm:test',
      time: new Date(Date.UTC(2026, 0, 1, 0, head.seq)).toISOString(),
      stream,
      version,
      seq: head.seq + 1,
      prev: head.hash,
      command: createHash('sha256').update(stream).digest('hex'),
      fingerprint: 'f',
      actor: 'tester',
      correlation: 'c',
      causation: null,
      traceparent: null,
    };
    const hash = eventHash(unhashed, value);
    head = { seq: unhashed.seq, hash };
    const headers = toHeaders({ ...unhashed, hash });
    records.push({
      partition: 0,
      offset: String(head.seq),
      headers,
      value,
      schemaVersion: newest(event.type).version,
    });
  }
  const read = memoryHashes(
    records.map(({ headers }) => leafHash(Buffer.from(headers['ftm_hash'] ?? '', 'hex'))),
  );
  const size = records.length;
  const checkpoint = signCheckpoint(
    {
      origin: 'ftm/acme',
      tenantId: TENANT,
      size,
      root: hex(await treeRoot(size, read)),
      time: '2026-01-02T00:00:00.000Z',
      head: head.hash,
    },
    [createNoteSigner(key.signerKey)],
  );
  const packed: PackedRecord[] = [];
  for (const [index, record] of records.entries())
    packed.push({ ...record, proof: (await inclusionProof(index, size, read)).map(hex) });
  return {
    tenantId: TENANT,
    modelVersionId: MODEL,
    checkpoint,
    records: packed,
    manifests: { [DATASET]: MANIFEST },
  };
}

const mine = (contents: PackContents): PackContents => ({
  ...contents,
  records: contents.records.filter(({ headers }) => headers['ce_subject'] !== 'eval-suite/s1'),
});
const text = (pack: Uint8Array, name: string): string => Buffer.from(unzipSync(pack)[name] ?? []).toString();

describe('an evidence pack', () => {
  let contents: PackContents;
  let pack: Uint8Array;
  beforeAll(async () => {
    contents = mine(await logOf(HISTORY));
    pack = buildPack(contents);
  });

  it('verifies with a trusted key, and is the same every time it is made', () => {
    expect(verifyPack(pack, trusted)).toEqual({
      ok: true,
      tenantId: 'acme',
      modelVersionId: MODEL,
      events: 4,
      checkpoint: {
        size: 5,
        time: '2026-01-02T00:00:00.000Z',
        signedBy: [expect.stringContaining('ftm-test') as string],
      },
      findings: [],
    });
    expect(Buffer.from(buildPack(contents)).equals(Buffer.from(pack))).toBe(true);
  });

  it('does not verify without one', () => {
    const stranger = createNoteVerifier(generateNoteKey('ftm-test').verifierKey);
    for (const keys of [[], [stranger]]) expect(verifyPack(pack, keys).ok).toBe(false);
  });

  it('does not verify with any byte changed', () => {
    // Many of them, and each of the last ones, where the archive keeps its directory.
    const step = process.env['FTM_TEST_ALL'] === '1' ? 7 : 101;
    for (let at = 0; at < pack.length; at += at > pack.length - 300 ? 1 : step) {
      const edited = Uint8Array.from(pack);
      edited[at] = (edited[at] ?? 0) ^ 1;
      const { ok } = verifyPack(edited, trusted);
      if (ok) throw new Error(`byte ${at} of ${pack.length} was changed, and nobody saw it`);
    }
  });

  const without = (version: number) => ({
    ...contents,
    records: contents.records.filter(
      ({ headers }) =>
        !(headers['ce_subject'] === `dataset/${DATASET}` && headers['ftm_version'] === String(version)),
    ),
  });

  it('made of less than the history does not verify', () => {
    expect(verifyPack(buildPack({ ...without(3), manifests: {} }), trusted).ok).toBe(true);
    expect(() => buildPack(without(1))).toThrow('absent');
    const none = { ...contents, records: contents.records.slice(-1), manifests: {} };
    expect(verifyPack(buildPack(none), trusted).findings).toEqual([
      `dataset/${DATASET} is referred to, and missing`,
    ]);
  });

  it('with somebody else’s stream in it does not verify', async () => {
    const all = await logOf(HISTORY);
    expect(verifyPack(buildPack(all), trusted).findings).toEqual([
      'eval-suite/s1 does not belong to this model',
    ]);
  });

  it('has the manifest of its dataset, and no other passes for it', () => {
    expect(text(pack, `manifests/${DATASET}.json`)).toBe(MANIFEST);
    const other = { ...contents, manifests: { [DATASET]: '{}' } };
    expect(verifyPack(buildPack(other), trusted).findings).toEqual([
      `manifests/${DATASET}.json is not the manifest that the log names`,
    ]);
    const erased = buildPack({ ...contents, manifests: {} });
    expect(verifyPack(erased, trusted).ok).toBe(true);
    expect(text(erased, 'report.html')).toContain('not in the pack');
  });

  it('that is compressed is none: it could be a bomb', () => {
    const bomb = zipSync({ 'manifest.json': Buffer.alloc(1_000_000) });
    expect(verifyPack(bomb, trusted).findings[0]).toContain('compressed');
  });

  it('of a history that was written anew does not verify: the signed tree has no such event', async () => {
    const [first, ...others] = HISTORY;
    const changed: FtmEvent = {
      type: 'DatasetRequested',
      data: { ...datasetRequested, evalSuiteIds: [], name: 'new' },
    };
    const forged = mine(await logOf([[first?.[0] ?? 'dataset/x', changed], ...others]));
    const findings = verifyPack(buildPack({ ...forged, checkpoint: contents.checkpoint }), trusted).findings;
    expect(findings).toHaveLength(4);
    expect(findings[0]).toContain('it is not in the log that was signed');
  });

  it('has a report that states gaps, and runs nothing that the log may say', () => {
    const html = text(pack, 'report.html');
    expect(html).toContain('This is no claim of compliance');
    expect(html.match(/class="notice gap"/g)?.length).toBeGreaterThan(6);
    expect(html).toContain(datasetSanitized.contentSha256);
    expect(html).not.toContain('<script');
    expect(html).not.toMatch(/(src|href)=/);
    // An arrow from the dataset to the model.
    expect(html.match(/class="edge"/g)).toHaveLength(1);
    expect(html).toContain(`<title>dataset ${DATASET}, `);
  });

  it('that is no pack is said to be none', () => {
    expect(verifyPack(Buffer.from('no archive'), trusted)).toMatchObject({ ok: false, events: 0 });
    expect(verifyPack(new Uint8Array(), trusted).ok).toBe(false);
  });
});
