import { createHash } from 'node:crypto';
import { unzipSync, zipSync } from 'fflate';
import { openCheckpoint, readCheckpoint, type Checkpoint } from '@ftm/audit/checkpoint';
import { leafHash, provesInclusion } from '@ftm/audit/merkle';
import type { NoteVerifier } from '@ftm/audit/signed-note';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import { eventHash } from '@ftm/contracts/chain';
import { decodeVersion, eventName } from '@ftm/contracts/codec';
import { fromHeaders, type RecordedEvent } from '@ftm/contracts/envelope';
import { EVENT_SCHEMAS } from '@ftm/contracts/generated/events';
import { parseStreamId, streamId, tenantId, type StreamId } from '@ftm/contracts/ids';
import { fold } from '@ftm/domain/aggregates';
import { toPast } from '@ftm/domain/event-meta';
import { render } from '@ftm/api/views/render';
import { isAbout, referencesOf } from './lineage.ts';
import { report } from './report.ts';
import type { PackStory } from './story.ts';

const FORMAT = 'ftm.evidence.v1';
const MANIFESTS = 'manifests/';

/** A record of the log, and that it is in the tree that the checkpoint signs. */
export interface PackedRecord {
  readonly partition: number;
  readonly offset: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
  /** Version of its event's schema, from 1. */
  readonly schemaVersion: number;
  /** Hex. */
  readonly proof: readonly string[];
}

/** Everything else in a pack is made of this, so that a pack can be made again from itself, and compared. */
export interface PackContents {
  readonly tenantId: string;
  readonly modelVersionId: string;
  /** Signed note. */
  readonly checkpoint: string;
  /** By sequence number. */
  readonly records: readonly PackedRecord[];
  /** Dataset id → its manifest, as its event names it by hash; not of datasets that were erased. */
  readonly manifests: Readonly<Record<string, string>>;
}

export interface PackVerification {
  readonly ok: boolean;
  readonly tenantId: string | null;
  readonly modelVersionId: string | null;
  readonly events: number;
  readonly checkpoint: {
    readonly size: number;
    readonly time: string;
    readonly signedBy: readonly string[];
  } | null;
  readonly findings: readonly string[];
}

const README = `Evidence pack of a model version, made by FTM.

report.html       for people; opens offline
events.ndjson     the records of the log that tell the model's history, as they stand in Kafka, each with the proof that it is in the log
checkpoint.txt    what the log had come to: size and root of its Merkle tree (RFC 6962), signed (C2SP signed note, Ed25519)
lineage.json      what the events come to: each resource's state, and how they hang together
schemas.json      Avro schemas of the events
manifests/        of each dataset that was not erased: its recipe, counts, tools, and the hashes of its files
manifest.json     what is in here

Verify it, offline:  ftm pack verify FILE --trust <public key of whoever runs FTM>

That checks every event's hash, its place in the signed tree, that no stream has a gap and that nothing that is referred to is missing; then it makes every other file again from the events, and compares.
A pack shows the log as of its checkpoint. It cannot show that a stream had no later event by then: ask FTM, or the Orchestrator's copy, for that.
Training data are not in it: their hashes are, in the events.
`;

/** @throws RangeError, TypeError or Error when an event cannot be read or a stream cannot be folded */
export function buildPack(contents: PackContents): Uint8Array {
  const story = tellStory(contents);
  const files: Record<string, string> = {
    'README.txt': README,
    'checkpoint.txt': contents.checkpoint,
    'events.ndjson': contents.records.map((each) => `${lineOf(each)}\n`).join(''),
    'lineage.json': `${JSON.stringify({ resources: story.resources, edges: story.edges }, null, 2)}\n`,
    'report.html': report(story),
    'schemas.json': `${JSON.stringify(schemasOf(contents), null, 2)}\n`,
    ...Object.fromEntries(
      Object.entries(contents.manifests).map(([id, text]) => [`${MANIFESTS}${id}.json`, text]),
    ),
  };
  const manifest = {
    format: FORMAT,
    tenant_id: contents.tenantId,
    model_version_id: contents.modelVersionId,
    log: { origin: story.checkpoint.origin, size: story.checkpoint.size, time: story.checkpoint.time },
    files: Object.fromEntries(
      Object.entries(files).map(([name, text]) => [
        name,
        { bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') },
      ]),
    ),
  };
  return zip({ ...files, 'manifest.json': `${JSON.stringify(manifest, null, 2)}\n` });
}

/**
 * Looks through a pack, with nothing but itself and the keys that are trusted. Never throws for what a pack may
 * contain.
 */
export function verifyPack(bytes: Uint8Array, trusted: readonly NoteVerifier[]): PackVerification {
  const findings: string[] = [];
  let contents: PackContents | null = null;
  let checkpoint: PackVerification['checkpoint'] = null;
  try {
    contents = readPack(bytes);
    const { tenantId: tenant, records } = contents;
    const opened = openCheckpoint(contents.checkpoint, trusted);
    checkpoint = { size: opened.size, time: opened.time, signedBy: opened.signedBy };
    if (opened.tenantId !== tenant)
      findings.push(`the checkpoint is of the log of ${opened.tenantId}, the pack of ${tenant}`);
    for (const record of records) {
      const problem = whatIsWrong(record, tenant, opened);
      if (problem !== null) findings.push(`${record.partition}:${record.offset}: ${problem}`);
    }
    if (findings.length === 0) {
      const story = tellStory(contents);
      findings.push(...gaps(story), ...foreignManifests(story), ...differences(bytes, buildPack(contents)));
    }
  } catch (error) {
    findings.push(error instanceof Error ? error.message : String(error));
  }
  return {
    ok: findings.length === 0,
    tenantId: contents?.tenantId ?? null,
    modelVersionId: contents?.modelVersionId ?? null,
    events: contents?.records.length ?? 0,
    checkpoint,
    findings,
  };
}

function whatIsWrong(record: PackedRecord, tenant: string, checkpoint: Checkpoint): string | null {
  const envelope = fromHeaders(tenantId(tenant), record.headers);
  if (eventHash(envelope, record.value) !== envelope.hash) return 'the record is not what its hash says';
  const proved = provesInclusion(
    leafHash(Buffer.from(envelope.hash, 'hex')),
    envelope.seq - 1,
    record.proof.map((each) => Buffer.from(each, 'hex')),
    { size: checkpoint.size, root: Buffer.from(checkpoint.root, 'hex') },
  );
  return proved ? null : 'its proof does not lead to the checkpoint: it is not in the log that was signed';
}

/** Streams that begin late or have holes, that are referred to and missing, or that do not belong here. */
function gaps({ tenantId: tenant, modelVersionId, events }: PackStory): string[] {
  const findings: string[] = [];
  const versions = new Map<StreamId, number>();
  const wanted = new Set<StreamId>([streamId('model-version', modelVersionId)]);
  const about = new Set<StreamId>();
  for (const { envelope, event } of events) {
    const { stream } = parseStreamId(envelope.stream);
    const before = versions.get(stream) ?? 0;
    if (envelope.version !== before + 1)
      findings.push(`${stream}: version ${envelope.version} follows ${before}`);
    versions.set(stream, envelope.version);
    for (const each of referencesOf(tenantId(tenant), event)) wanted.add(each);
    if (isAbout(modelVersionId, event)) about.add(stream);
  }
  for (const stream of wanted)
    if (!versions.has(stream)) findings.push(`${stream} is referred to, and missing`);
  for (const stream of versions.keys())
    if (!wanted.has(stream) && !about.has(stream)) findings.push(`${stream} does not belong to this model`);
  return findings;
}

/** Manifests that are not the ones which the log names. */
function foreignManifests({ events, manifests }: PackStory): string[] {
  const named = new Map<string, string>();
  for (const { envelope, event } of events)
    if (event.type === 'DatasetSanitized')
      named.set(parseStreamId(envelope.stream).id, event.data.manifestSha256);
  return Object.entries(manifests)
    .filter(([id, text]) => named.get(id) !== createHash('sha256').update(text).digest('hex'))
    .map(([id]) => `${MANIFESTS}${id}.json is not the manifest that the log names`);
}

function differences(given: Uint8Array, made: Uint8Array): string[] {
  const [found, wanted] = [unzip(given), unzip(made)];
  const findings = [...new Set([...Object.keys(found), ...Object.keys(wanted)])].flatMap((name) => {
    const [a, b] = [found[name], wanted[name]];
    if (a === undefined) return [`${name} is missing`];
    if (b === undefined) return [`${name} does not belong here`];
    if (Buffer.compare(a, b) === 0) return [];
    return [`${name} is not what the events come to: it was changed, or made by another version of FTM`];
  });
  if (findings.length === 0 && Buffer.compare(given, made) !== 0)
    findings.push('the archive itself was changed');
  return findings;
}

const FRAME_BYTES = 5;

function tellStory({
  tenantId: tenant,
  modelVersionId,
  checkpoint,
  records,
  manifests,
}: PackContents): PackStory {
  const key = tenantId(tenant);
  const model = streamId('model-version', modelVersionId);
  const events = records.map(({ headers, value, schemaVersion, partition, offset }): RecordedEvent => {
    const envelope = fromHeaders(key, headers);
    const event = decodeVersion(envelope.type, value.subarray(FRAME_BYTES), schemaVersion);
    return { envelope, event, position: { partition, offset: BigInt(offset) } };
  });
  const streams = new Map<StreamId, RecordedEvent[]>();
  const edges = new Map<string, { from: StreamId; to: StreamId }>();
  for (const each of events) {
    const { stream } = parseStreamId(each.envelope.stream);
    streams.set(stream, [...(streams.get(stream) ?? []), each]);
    const about = isAbout(modelVersionId, each.event) ? [model] : [];
    for (const to of [...referencesOf(key, each.event), ...about])
      edges.set(`${stream} ${to}`, { from: stream, to });
  }
  const resources: Record<StreamId, Record<string, unknown>> = {};
  for (const [stream, some] of [...streams].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { aggregate, id } = parseStreamId(stream);
    resources[stream] = render(aggregate, tenant, id, fold(aggregate, some.map(toPast))) ?? {};
  }
  return {
    tenantId: tenant,
    modelVersionId,
    checkpoint: readCheckpoint(checkpoint),
    events,
    manifests,
    resources,
    edges: [...edges.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge),
  };
}

/** Schema id, as the values name it → the schema. */
function schemasOf({ tenantId: tenant, records }: PackContents): Record<string, unknown> {
  const schemas: Record<string, unknown> = {};
  for (const { headers, value, schemaVersion } of records) {
    const { type } = fromHeaders(tenantId(tenant), headers);
    const versions = EVENT_SCHEMAS[eventName(type) ?? ''];
    const schema = versions?.find(({ version }) => version === schemaVersion)?.schema;
    schemas[String(value.readUInt32BE(1))] = { type, version: schemaVersion, schema };
  }
  return schemas;
}

function lineOf({ value, ...rest }: PackedRecord): string {
  return canonicalJson({ ...rest, value: value.toString('base64') });
}

function readPack(bytes: Uint8Array): PackContents {
  const files = unzip(bytes);
  const text = (name: string): string => {
    const file = files[name];
    if (file === undefined)
      throw new Error(`${name} is missing: this is no evidence pack, or not a whole one`);
    return Buffer.from(file).toString('utf8');
  };
  const manifest = JSON.parse(text('manifest.json')) as Record<string, unknown>;
  if (manifest['format'] !== FORMAT) throw new Error(`manifest.json: the format is not ${FORMAT}`);
  const records = text('events.ndjson')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { value, ...rest } = JSON.parse(line) as Omit<PackedRecord, 'value'> & { value: string };
      return { ...rest, value: Buffer.from(value, 'base64') };
    });
  return {
    tenantId: String(manifest['tenant_id']),
    modelVersionId: String(manifest['model_version_id']),
    checkpoint: text('checkpoint.txt'),
    records,
    manifests: Object.fromEntries(
      Object.keys(files)
        .filter((name) => name.startsWith(MANIFESTS))
        .map((name) => [name.slice(MANIFESTS.length, -'.json'.length), text(name)]),
    ),
  };
}

/** Packs are not compressed: what claims to be more than its bytes is none. */
function unzip(bytes: Uint8Array): Record<string, Uint8Array> {
  return unzipSync(bytes, {
    filter({ name, compression, originalSize }) {
      if (compression !== 0 || originalSize > bytes.length)
        throw new Error(`${name} is compressed: this is no evidence pack`);
      return true;
    },
  });
}

/** Nothing is compressed and no time is told: the same files are the same archive. */
function zip(files: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  return zipSync(Object.fromEntries(entries.map(([name, text]) => [name, Buffer.from(text)])), {
    level: 0,
    mtime: '1980-01-01 00:00:00',
  });
}
