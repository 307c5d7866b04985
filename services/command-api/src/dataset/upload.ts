import {
  chunkName,
  UPLOAD_MANIFEST,
  uploadObjects,
  uploadRef,
  type ObjectOwner,
} from '@ftm/contracts/object-names';
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { ObjectRef } from '@ftm/contracts/generated/events';
import { jsonlSource } from '@ftm/dataset/ingest/from-jsonl';
import { encodeChunk } from '@ftm/dataset/ingest/chunk';
import { ingest, TooManyRows } from '@ftm/dataset/ingest/ingest';
import { EXPIRED_UPLOAD, type UploadManifest } from '@ftm/dataset/ingest/upload';
import type { OutputFormat, TrainingRow } from '@ftm/dataset/rows/row';
import { rowRules } from '@ftm/dataset/rows/rules';
import { datasetScope } from '@ftm/object-store/encrypted-store';
import { OrchestratorRefused } from '@ftm/orchestrator/client';
import { sanitizeTogether } from '@ftm/orchestrator/sanitize-all';
import { derivedUuid } from '@ftm/contracts/ids';
import { callIds } from '../http/call-ids.ts';
import { notFound, Problem } from '../http/problem.ts';
import type { Upload } from '@ftm/api/resources/datasets';
import type { Answer, Call } from '../http/route.ts';
import type { Services } from '../services.ts';
import { askGate, recordAnswers } from '../gates.ts';
import { requireBytes, requireTenant } from '../tenant/erased.ts';

type Shown = z.input<typeof Upload>;

const ASK_AGAIN_MS = 3000;

export interface UploadAsked {
  readonly project_id: string;
  readonly output_format: OutputFormat;
  readonly sanitizer_profile: string;
  readonly images: 'refused' | 'allowed';
}

/** What an upload is found by: its manifest, and what its retry must have sent again. */
interface UploadRef {
  readonly manifest: ObjectRef;
  readonly bodySha256: string;
  /** Of the request; uploads from before there was one have none. */
  readonly fingerprint?: string;
}

const reused = (): Problem =>
  new Problem('IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key was used for another body or query');

const expired = (): Problem =>
  new Problem(
    'UPLOAD_EXPIRED',
    'an upload was begun with this Idempotency-Key, not finished in time, and removed: send it with another key',
  );

const UPLOAD_ROUTE = { method: 'post', path: '/v1/datasets/uploads' } as const;

/**
 * Takes a JSONL body through validation and TRiSM into chunks of sanitised rows, while it comes in: its raw bytes are held a page at a time and never written. The same key and body give the same
 * upload; after a failure the whole body is sent again.
 * @throws Problem 409 the gate said no, 413 too many bytes or rows, 422 the key was used for another body
 */
export async function receiveUpload(
  services: Services,
  call: Call,
  asked: UploadAsked,
  body: AsyncIterable<Uint8Array>,
  limits: { readonly maxBytes: number; readonly maxRows: number },
): Promise<Answer<Shown>> {
  await requireTenant(services, call);
  const { newId, tenant: tenantId, ofCommand } = callIds(call, UPLOAD_ROUTE);
  // Two projects never share an upload, nor its data key.
  const id = derivedUuid(newId, asked.project_id);
  const asker = {
    tenant: tenantId,
    actor: call.principal.subject,
    fingerprint: ofCommand.fingerprint,
    now: new Date().toISOString(),
  };
  const gate = await askGate(services.orchestrator, asker, {
    action: 'dataset.upload',
    projectId: asked.project_id,
    resource: { type: 'dataset-upload', id },
    context: { ...asked },
  });
  await recordAnswers(services.commander, asker, [gate]);
  if (gate.decision === 'deny')
    throw new Problem('GATE_DENIED', `the gate ${gate.gate} said no`, { reasons: gate.reasons });

  const owner = { tenantId, projectId: asked.project_id };
  const prefix = uploadObjects(owner, id);
  const known = await refOf(services, owner, id);
  if (known === 'expired') throw expired();
  const measured = measure(whileAllowed(call, body), limits.maxBytes);
  if (known !== undefined) {
    if ((known.fingerprint ?? ofCommand.fingerprint) !== ofCommand.fingerprint) throw reused();
    for await (const _ of measured.bytes);
    if (known.bodySha256 !== measured.sha256()) throw reused();
    return answer(await readManifest(services, tenantId, known.manifest));
  }

  const source = jsonlSource(measured.bytes, rowRules({ format: asked.output_format, images: asked.images }));
  const scope = datasetScope(id);
  const chunks: ObjectRef[] = [];
  const of = { ...owner, profile: asked.sanitizer_profile };
  const ingested = await ingest(
    {
      source,
      validate: (value) => ({ row: value as TrainingRow, rejections: [] }),
      limit: null,
      maxRows: limits.maxRows,
      sample: null,
    },
    {
      load: async () => null,
      async save(index, chunk) {
        const { dataKeyId: _, ...object } = await services.objects.put(
          tenantId,
          prefix,
          chunkName(index),
          encodeChunk(chunk),
          scope,
        );
        chunks.push(object);
        return chunk;
      },
      sanitize: (documents) => sanitizeTogether(services.orchestrator, documents, of),
    },
  ).catch((error: unknown) => {
    if (error instanceof TooManyRows)
      throw new Problem(
        'TOO_MANY_ROWS',
        `${error.message}; send it in parts, make a dataset of each, and one dataset of those`,
      );
    // An unknown profile, for one: the same body would be refused again.
    if (error instanceof OrchestratorRefused)
      throw new Problem(
        'ORCHESTRATOR_REFUSED',
        `TRiSM does not take the rows with the sanitizer_profile ${asked.sanitizer_profile}: ${error.code}`,
      );
    throw error;
  });
  if (ingested.blocked)
    throw new Problem('TRISM_BLOCKED', 'TRiSM refused rows of the body altogether: there is no upload of it');

  const { rejected } = source.summary();
  const manifest: UploadManifest = {
    format: 'ftm.upload.v1',
    uploadId: id,
    outputFormat: asked.output_format,
    sanitizerProfile: asked.sanitizer_profile,
    images: asked.images,
    bodySha256: measured.sha256(),
    bodyBytes: measured.length(),
    rowsRead: ingested.rowsRead,
    rowsRejected: rejected,
    inputSha256: ingested.inputSha256,
    chunks,
  };
  const { dataKeyId: _, ...object } = await services.objects.put(
    tenantId,
    prefix,
    UPLOAD_MANIFEST,
    Buffer.from(JSON.stringify(manifest)),
    scope,
  );
  const ref: UploadRef = {
    manifest: object,
    bodySha256: manifest.bodySha256,
    fingerprint: ofCommand.fingerprint,
  };
  const { existed } = await services.objects.putNamed(
    tenantId,
    uploadRef(owner, id),
    Buffer.from(JSON.stringify(ref)),
    scope,
  );
  // Another request with this key was faster: what stands counts.
  const standing = existed ? await refOf(services, owner, id) : ref;
  if (standing === 'expired') throw expired();
  if (
    standing !== undefined &&
    (standing.bodySha256 !== ref.bodySha256 || standing.fingerprint !== ref.fingerprint)
  )
    throw reused();
  return answer(manifest);
}

/** @throws Problem 404 for none of the project, 422 for one of another format */
export async function uploadedObject(
  services: Services,
  call: Call,
  of: { readonly project: string; readonly format: OutputFormat; readonly id: string },
): Promise<ObjectRef> {
  await requireTenant(services, call);
  const { tenantId } = call.principal;
  const ref = await refOf(services, { tenantId, projectId: of.project }, of.id);
  if (ref === undefined || ref === 'expired')
    throw new Problem('UPLOAD_NOT_FOUND', 'source.upload_id: there is no such upload in the project');
  const { outputFormat } = await readManifest(services, tenantId, ref.manifest);
  if (outputFormat !== of.format)
    throw new Problem('UPLOAD_FORMAT_MISMATCH', `source.upload_id: its rows are ${outputFormat}`);
  return ref.manifest;
}

/** @throws Problem 404 */
export async function getUpload(
  services: Services,
  call: Call,
  project: string,
  id: string,
): Promise<Answer<Shown>> {
  await requireBytes(services, call);
  const { tenantId } = call.principal;
  const ref = await refOf(services, { tenantId, projectId: project }, id);
  if (ref === undefined || ref === 'expired') throw notFound();
  return { ...answer(await readManifest(services, tenantId, ref.manifest)), status: 200 };
}

async function refOf(
  services: Services,
  owner: ObjectOwner,
  upload: string,
): Promise<UploadRef | 'expired' | undefined> {
  const said = (await services.objects.getNamed(owner.tenantId, uploadRef(owner, upload)))?.toString('utf8');
  if (said === undefined || said === EXPIRED_UPLOAD) return said === undefined ? undefined : 'expired';
  return JSON.parse(said) as UploadRef;
}

const readManifest = async (
  services: Services,
  tenantId: string,
  object: ObjectRef,
): Promise<UploadManifest> =>
  JSON.parse((await services.objects.get(tenantId, object)).toString('utf8')) as UploadManifest;

const answer = (manifest: UploadManifest): Answer<Shown> => ({
  status: 201,
  body: {
    id: manifest.uploadId,
    object: 'dataset_upload',
    status: 'received',
    output_format: manifest.outputFormat,
    rows_read: manifest.rowsRead,
    rows_rejected: manifest.rowsRejected,
    body_bytes: manifest.bodyBytes,
    body_sha256: manifest.bodySha256,
    input_sha256: manifest.inputSha256,
  },
});

/** A body that comes for an hour outlives a key: whose key is revoked meanwhile is heard no longer. @throws Problem 401, 403 */
async function* whileAllowed(call: Call, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let refusal: unknown;
  const asking = setInterval(() => {
    call.stillAllowed().catch((error: unknown) => {
      refusal = error;
      call.request.destroy();
    });
  }, ASK_AGAIN_MS);
  try {
    for await (const part of body) {
      if (refusal !== undefined) throw refusal as Error;
      yield part;
    }
  } catch (error) {
    throw refusal === undefined ? error : (refusal as Error);
  } finally {
    clearInterval(asking);
  }
}

/** Hashes and counts what passes. @throws Problem 413 */
function measure(body: AsyncIterable<Uint8Array>, maxBytes: number) {
  const hash = createHash('sha256');
  let length = 0;
  let sha256: string | undefined;
  return {
    bytes: (async function* () {
      for await (const part of body) {
        length += part.length;
        if (length > maxBytes)
          throw new Problem(
            'BODY_TOO_LARGE',
            `the body is larger than the ${maxBytes} bytes that are allowed here`,
          );
        hash.update(part);
        yield part;
      }
    })(),
    length: () => length,
    sha256: () => (sha256 ??= hash.digest('hex')),
  };
}
