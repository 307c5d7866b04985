import { parseStreamId, streamId, tenantId, type StreamId } from '@ftm/contracts/ids';
import { fold, projectOf } from '@ftm/domain/aggregates';
import { toPast } from '@ftm/domain/event-meta';
import { isAbout, referencesOf } from '@ftm/evidence/lineage';
import { buildPack } from '@ftm/evidence/pack';
import { ObjectKeyErased } from '@ftm/object-store/object-store';
import type { Principal } from '@ftm/orchestrator/client';
import type { WrittenEvent } from '../reads.ts';
import type { Services } from '../services.ts';
import { tenantWasErased } from '../tenant/erased.ts';
import { inScope } from '../auth.ts';
import { Problem } from '../http/problem.ts';

const PAGE = 200;

/**
 * The evidence pack of a model version: every stream that its history leans on, proved against the newest checkpoint that covers them all.
 * @throws Problem 409 when no checkpoint does yet; 403 for a key that does not cover all that it leans on
 */
export async function evidencePack(
  { commander, reads, proofs, objects }: Services,
  principal: Principal,
  modelVersionId: string,
): Promise<Uint8Array> {
  const tenant = tenantId(principal.tenantId);
  const read = new Map<StreamId, readonly WrittenEvent[]>();
  const written = async (stream: StreamId): Promise<readonly WrittenEvent[]> => {
    const events = read.get(stream) ?? (await reads.written(principal, stream));
    read.set(stream, events);
    return events;
  };
  const streams = new Map<StreamId, readonly WrittenEvent[]>();
  const waiting: StreamId[] = [
    streamId('model-version', modelVersionId),
    ...(await idsOf('promotion', { model_version_id: modelVersionId })),
    ...(await idsOf('eval-run', { model_ref: modelVersionId })),
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (streams.has(next)) continue;
    const events = await written(next);
    requireInScope(principal, next, events);
    streams.set(next, events);
    for (const { event } of events) waiting.push(...referencesOf(tenant, event));
  }
  const events = [...streams.values()].flat().sort((a, b) => a.envelope.seq - b.envelope.seq);
  const { checkpoint, proofs: paths } = await proofs.forEvents(
    tenant,
    events.map(({ envelope }) => envelope.seq),
  );
  return buildPack({
    tenantId: tenant,
    modelVersionId,
    checkpoint,
    manifests: await manifestsOf(events),
    records: events.map(({ position, headers, value, schemaVersion }, index) => ({
      partition: position.partition,
      offset: String(position.offset),
      headers,
      value,
      schemaVersion,
      proof: paths[index] ?? [],
    })),
  });

  /** Of the datasets that can still be read, and whose events name the manifest's own hash. */
  async function manifestsOf(of: readonly WrittenEvent[]): Promise<Record<string, string>> {
    const manifests: Record<string, string> = {};
    if (await tenantWasErased({ commander }, tenant)) return manifests;
    const erased = new Set(
      of
        .filter(({ event }) => event.type === 'DatasetErasureRequested')
        .map(({ envelope }) => envelope.stream),
    );
    for (const { envelope, event } of of) {
      if (
        event.type !== 'DatasetSanitized' ||
        event.data.manifestSha256 === '' ||
        erased.has(envelope.stream)
      )
        continue;
      try {
        const bytes = await objects.get(tenant, event.data.manifestObject);
        manifests[parseStreamId(envelope.stream).id] = bytes.toString('utf8');
      } catch (error) {
        if (!(error instanceof ObjectKeyErased)) throw error;
      }
    }
    return manifests;
  }

  /** What is about the model, and is not named in its own stream. */
  async function idsOf(
    aggregate: 'promotion' | 'eval-run',
    filters: Readonly<Record<string, string>>,
  ): Promise<StreamId[]> {
    const found: StreamId[] = [];
    for (let cursor: string | undefined, more = true; more;) {
      const page = await reads.list(principal, aggregate, { limit: PAGE, cursor, ...filters });
      found.push(...page.data.map(({ id }) => streamId(aggregate, id)));
      cursor = page.next_cursor ?? undefined;
      more = cursor !== undefined;
    }
    const about: StreamId[] = [];
    for (const stream of found)
      if ((await written(stream)).some(({ event }) => isAbout(modelVersionId, event))) about.push(stream);
    return about;
  }
}

/** A part left out would make the pack a half-truth: it is given whole or not at all. @throws Problem 403 */
function requireInScope(principal: Principal, stream: StreamId, events: readonly WrittenEvent[]): void {
  const { aggregate } = parseStreamId(stream);
  if (events.length > 0 && !inScope(principal, projectOf(aggregate, fold(aggregate, events.map(toPast)))))
    throw new Problem(
      'PROJECT_OUT_OF_SCOPE',
      `the evidence leans on a ${aggregate} that the key does not cover: ask with a key of the whole tenant`,
    );
}
