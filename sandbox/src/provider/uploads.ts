import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { badRequest, notFound } from './errors.ts';
import { putProvidersFile } from './files.ts';
import type { Call, Reply, Route } from './http.ts';
import { newId, nowSeconds } from './ids.ts';
import { readForm } from './multipart.ts';
import { parseBody } from './schema.ts';
import type { UploadRecord } from './state/records.ts';
import type { Store } from './state/store.ts';

const EXPIRES_S = 3600;
const MAX_BYTES = 8 * 1024 ** 3;

const createSchema = z.strictObject({
  filename: z.string().min(1),
  purpose: z.enum(['assistants', 'batch', 'fine-tune', 'vision']),
  bytes: z.number().int().positive().max(MAX_BYTES),
  mime_type: z.string().min(1),
  expires_after: z.unknown().optional(),
});
const completeSchema = z.strictObject({ part_ids: z.array(z.string()).min(1), md5: z.string().optional() });

/** Files in parts: created with the size declared, filled part by part, completed in a given order. */
export function uploadRoutes(store: Store): Route[] {
  return [
    { method: 'post', path: '/v1/uploads', target: 'uploads.create', handle: create(store) },
    {
      method: 'post',
      path: '/v1/uploads/{upload_id}/parts',
      target: 'uploads.parts',
      multipart: true,
      handle: addPart(store),
    },
    {
      method: 'post',
      path: '/v1/uploads/{upload_id}/complete',
      target: 'uploads.complete',
      handle: complete(store),
    },
    {
      method: 'post',
      path: '/v1/uploads/{upload_id}/cancel',
      target: 'uploads.cancel',
      handle: cancel(store),
    },
  ];
}

function uploadOf(store: Store, { org, param }: Call): UploadRecord {
  const found = store.get('uploads', param('upload_id'));
  if (found?.org !== org.id) throw notFound(`No such Upload object: ${param('upload_id')}`);
  if (found.wire.status === 'pending' && found.wire.expires_at <= nowSeconds())
    return { ...found, wire: { ...found.wire, status: 'expired' } };
  return found;
}

function pendingUpload(store: Store, call: Call): UploadRecord {
  const upload = uploadOf(store, call);
  if (upload.wire.status !== 'pending')
    throw badRequest(
      `The upload is ${upload.wire.status}; only a pending upload can be changed.`,
      'upload_id',
    );
  return upload;
}

const create =
  (store: Store) =>
  ({ request, org }: Call): Reply => {
    const { filename, purpose, bytes } = parseBody(createSchema, request.body);
    const created_at = nowSeconds();
    const id = newId('upload_');
    const wire: UploadRecord['wire'] = {
      id,
      object: 'upload',
      bytes,
      created_at,
      expires_at: created_at + EXPIRES_S,
      filename,
      purpose,
      status: 'pending',
      file: null,
    };
    store.put('uploads', id, { org: org.id, wire, parts: [] });
    return { body: wire };
  };

const addPart =
  (store: Store) =>
  async (call: Call): Promise<Reply> => {
    const { id } = pendingUpload(store, call).wire;
    const partId = newId('part_');
    const path = store.path('files', partId);
    const form = await readForm(call.request, 'data', path);
    if (form.file === undefined)
      throw badRequest(`Missing required parameter: 'data'.`, 'data', 'missing_required_parameter');
    // Read again: other parts may have come in meanwhile.
    const upload = pendingUpload(store, call);
    store.put('uploads', id, { ...upload, parts: [...upload.parts, { id: partId, bytes: form.file.bytes }] });
    return { body: { id: partId, object: 'upload.part', created_at: nowSeconds(), upload_id: id } };
  };

const complete =
  (store: Store) =>
  async (call: Call): Promise<Reply> => {
    const { part_ids } = parseBody(completeSchema, call.request.body);
    const upload = pendingUpload(store, call);
    const missing = part_ids.find((id) => !upload.parts.some((part) => part.id === id));
    if (missing !== undefined) throw badRequest(`No such part: ${missing}`, 'part_ids');
    const bytes = part_ids.reduce(
      (total, id) => total + (upload.parts.find((part) => part.id === id)?.bytes ?? 0),
      0,
    );
    if (bytes !== upload.wire.bytes)
      throw badRequest(`The parts have ${bytes} bytes, but ${upload.wire.bytes} were declared.`, 'part_ids');
    const fileId = newId('file-', 22);
    await concatenate(
      part_ids.map((id) => store.path('files', id)),
      store.path('files', fileId),
    );
    const { filename, purpose } = upload.wire;
    const file = putProvidersFile(store, upload.org, { id: fileId, bytes, filename, purpose });
    const wire: UploadRecord['wire'] = { ...upload.wire, status: 'completed', file };
    store.put('uploads', wire.id, { ...upload, wire, parts: [] });
    store.count('file_uploads');
    await store.flush();
    await discardParts(store, upload);
    return { body: wire };
  };

const cancel =
  (store: Store) =>
  async (call: Call): Promise<Reply> => {
    const upload = pendingUpload(store, call);
    const wire: UploadRecord['wire'] = { ...upload.wire, status: 'cancelled' };
    store.put('uploads', wire.id, { ...upload, wire, parts: [] });
    await store.flush();
    await discardParts(store, upload);
    return { body: wire };
  };

async function discardParts(store: Store, upload: UploadRecord): Promise<void> {
  for (const part of upload.parts) await rm(store.path('files', part.id), { force: true });
}

async function concatenate(parts: readonly string[], target: string): Promise<void> {
  const temporary = `${target}.part`;
  for (const [index, part] of parts.entries())
    await pipeline(createReadStream(part), createWriteStream(temporary, { flags: index === 0 ? 'w' : 'a' }));
  const handle = await open(temporary, 'r+');
  await handle.sync();
  await handle.close();
  await rename(temporary, target);
}
