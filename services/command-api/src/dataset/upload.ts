import { createHash } from 'node:crypto';
import type { ObjectRef } from '@ftm/contracts/generated/events';
import { jsonlSource } from '@ftm/dataset/ingest/from-jsonl';
import { encodeChunk } from '@ftm/dataset/ingest/chunk';
import { ingest, TooManyRows } from '@ftm/dataset/ingest/ingest';
import { EXPIRED_UPLOAD, uploadPrefix, type UploadManifest } from '@ftm/dataset/ingest/upload';
import type { OutputFormat, TrainingRow } from '@ftm/dataset/rows/row';
import { rowRules } from '@ftm/dataset/rows/rules';
import { datasetScope } from '@ftm/object-store/encrypted-store';
import { OrchestratorRefused } from '@ftm/orchestrator/client';
import { sanitizeTogether } from '@ftm/orchestrator/sanitize-all';
import { notFound, Problem } from '../http/problem.ts';
import type { Answer, Call } from '../http/route.ts';
import { askGate, callIds, type Services } from '../service.ts';
import { requireBytes, requireTenant } from '../tenant/erased.ts';

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
}

const expired = (): Problem =>
  new Problem(
    409,
    'UPLOAD_EXPIRED',
    'an upload was begun with this Idempotency-Key, not finished in time, and removed: send it with another key',
  );

export const UPLOAD_ROUTE = 'POST /v1/datasets/uploads';

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
): Promise<Answer> {
  await requireTenant(services, call);
  const ids = callIds(call, UPLOAD_ROUTE);
  const { tenantId } = call.principal;
  const gate = await askGate(services, call, ids, {
    action: 'dataset.upload',
    projectId: asked.project_id,
    resource: { type: 'dataset-upload', id: ids.newId },
    context: { output_format: asked.output_format, sanitizer_profile: asked.sanitizer_profile },
  });
  if (gate.decision === 'deny')
    throw new Problem(409, 'GATE_DENIED', `the gate ${gate.gate} said no`, { reasons: gate.reasons });

  const prefix = uploadPrefix(tenantId, asked.project_id, ids.newId);
  const known = await refOf(services, tenantId, prefix);
  if (known === 'expired') throw expired();
  const measured = measure(body, limits.maxBytes);
  if (known !== undefined) {
    for await (const _ of measured.bytes);
    if (known.bodySha256 !== measured.sha256())
      throw new Problem(422, 'IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key was used for another body');
    return answer(await readManifest(services, tenantId, known.manifest));
  }

  const source = jsonlSource(measured.bytes, rowRules({ format: asked.output_format, images: asked.images }));
  const scope = datasetScope(ids.newId);
  const chunks: ObjectRef[] = [];
  const of = { tenantId, projectId: asked.project_id, profile: asked.sanitizer_profile };
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
        const name = `chunk-${String(index).padStart(8, '0')}`;
        const { dataKeyId: _, ...object } = await services.objects.put(
          tenantId,
          prefix,
          name,
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
        413,
        'TOO_MANY_ROWS',
        `${error.message}; send it in parts, make a dataset of each, and one dataset of those`,
      );
    // An unknown profile, for one: the same body would be refused again.
    if (error instanceof OrchestratorRefused)
      throw new Problem(
        422,
        'ORCHESTRATOR_REFUSED',
        `TRiSM does not take the rows with the sanitizer_profile ${asked.sanitizer_profile}: ${error.code}`,
      );
    throw error;
  });
  if (ingested.blocked)
    throw new Problem(
      409,
      'TRISM_BLOCKED',
      'TRiSM refused rows of the body altogether: there is no upload of it',
    );

  const { rejected } = source.summary();
  const manifest: UploadManifest = {
    format: 'ftm.upload.v1',
    uploadId: ids.newId,
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
    'upload.json',
    Buffer.from(JSON.stringify(manifest)),
    scope,
  );
  const ref: UploadRef = { manifest: object, bodySha256: manifest.bodySha256 };
  const { existed } = await services.objects.putNamed(
    tenantId,
    `${prefix}/ref`,
    Buffer.from(JSON.stringify(ref)),
    scope,
  );
  // Another request with this key was faster: what stands counts.
  const standing = existed ? await refOf(services, tenantId, prefix) : ref;
  if (standing === 'expired') throw expired();
  if (standing !== undefined && standing.bodySha256 !== ref.bodySha256)
    throw new Problem(422, 'IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key was used for another body');
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
  const ref = await refOf(services, tenantId, uploadPrefix(tenantId, of.project, of.id));
  if (ref === undefined || ref === 'expired')
    throw new Problem(422, 'UPLOAD_NOT_FOUND', 'source.upload_id: there is no such upload in the project');
  const { outputFormat } = await readManifest(services, tenantId, ref.manifest);
  if (outputFormat !== of.format)
    throw new Problem(422, 'UPLOAD_FORMAT_MISMATCH', `source.upload_id: its rows are ${outputFormat}`);
  return ref.manifest;
}

/** @throws Problem 404 */
export async function getUpload(
  services: Services,
  call: Call,
  project: string,
  id: string,
): Promise<Answer> {
  await requireBytes(services, call);
  const { tenantId } = call.principal;
  const ref = await refOf(services, tenantId, uploadPrefix(tenantId, project, id));
  if (ref === undefined || ref === 'expired') throw notFound();
  return { ...answer(await readManifest(services, tenantId, ref.manifest)), status: 200 };
}

async function refOf(
  services: Services,
  tenantId: string,
  prefix: string,
): Promise<UploadRef | 'expired' | undefined> {
  const said = (await services.objects.getNamed(tenantId, `${prefix}/ref`))?.toString('utf8');
  if (said === undefined || said === EXPIRED_UPLOAD) return said === undefined ? undefined : 'expired';
  return JSON.parse(said) as UploadRef;
}

const readManifest = async (
  services: Services,
  tenantId: string,
  object: ObjectRef,
): Promise<UploadManifest> =>
  JSON.parse((await services.objects.get(tenantId, object)).toString('utf8')) as UploadManifest;

const answer = (manifest: UploadManifest): Answer => ({
  status: 201,
  body: {
    id: manifest.uploadId,
    status: 'received',
    output_format: manifest.outputFormat,
    rows_read: manifest.rowsRead,
    rows_rejected: manifest.rowsRejected,
    body_bytes: manifest.bodyBytes,
    body_sha256: manifest.bodySha256,
    input_sha256: manifest.inputSha256,
  },
});

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
            413,
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
