import { rename, rm } from 'node:fs/promises';
import { badRequest, notFound } from './errors.ts';
import type { Call, Reply, Route } from './http.ts';
import { newId, nowSeconds } from './ids.ts';
import { readForm, type Form } from './multipart.ts';
import { pageOf, queryText } from './paging.ts';
import type { FileObject, FileRecord } from './state/records.ts';
import type { Store } from './state/store.ts';

export const PURPOSES = ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'];
const MIN_EXPIRY_S = 3600;
const MAX_EXPIRY_S = 2_592_000;

/** @throws ApiError 404 for a file that does not exist, was deleted, has expired or is another organisation's */
export function fileOf(store: Store, org: string, id: string): FileRecord {
  const found = store.get('files', id);
  if (found?.org !== org || (found.wire.expires_at ?? Infinity) <= nowSeconds())
    throw notFound(`No such File object: ${id}`);
  return found;
}

export function fileRoutes(store: Store): Route[] {
  return [
    { method: 'post', path: '/v1/files', target: 'files.create', multipart: true, handle: create(store) },
    { method: 'get', path: '/v1/files', target: 'files.list', handle: list(store) },
    {
      method: 'get',
      path: '/v1/files/{file_id}',
      target: 'files.get',
      handle: ({ org, param }) => ({ body: fileOf(store, org.id, param('file_id')).wire }),
    },
    {
      method: 'get',
      path: '/v1/files/{file_id}/content',
      target: 'files.content',
      handle: ({ org, param }) => ({
        file: store.path('files', fileOf(store, org.id, param('file_id')).wire.id),
      }),
    },
    {
      method: 'delete',
      path: '/v1/files/{file_id}',
      target: 'files.delete',
      async handle({ org, param }) {
        const { id } = fileOf(store, org.id, param('file_id')).wire;
        store.remove('files', id);
        await store.flush();
        await rm(store.path('files', id), { force: true });
        return { body: { id, object: 'file', deleted: true } };
      },
    },
  ];
}

const create =
  (store: Store) =>
  async ({ request, org }: Call): Promise<Reply> => {
    const id = newId('file-', 22);
    const temporary = `${store.path('files', id)}.part`;
    try {
      const form = await readForm(request, 'file', temporary);
      const wire = fileObject(id, form);
      await rename(temporary, store.path('files', id));
      store.put('files', id, { org: org.id, wire });
      store.count('file_uploads');
      return { body: wire };
    } finally {
      await rm(temporary, { force: true });
    }
  };

function fileObject(id: string, { file, fields }: Form): FileObject {
  if (file === undefined)
    throw badRequest(`Missing required parameter: 'file'.`, 'file', 'missing_required_parameter');
  const purpose = fields.get('purpose');
  if (purpose === undefined)
    throw badRequest(`Missing required parameter: 'purpose'.`, 'purpose', 'missing_required_parameter');
  if (!PURPOSES.includes(purpose))
    throw badRequest(
      `'${purpose}' is not one of ${PURPOSES.join(', ')} - 'purpose'`,
      'purpose',
      'invalid_value',
    );
  if (file.bytes === 0) throw badRequest('File is empty.', 'file', 'empty_file');
  if (purpose === 'fine-tune' && !file.name.endsWith('.jsonl'))
    throw badRequest(
      'Invalid file format for Fine-Tuning API. Must be .jsonl',
      'file',
      'invalid_file_format',
    );
  const created_at = nowSeconds();
  const expires = expirySeconds(fields);
  return {
    id,
    object: 'file',
    bytes: file.bytes,
    created_at,
    ...(expires === undefined ? {} : { expires_at: created_at + expires }),
    filename: file.name,
    purpose,
    status: 'processed',
    status_details: null,
  };
}

function expirySeconds(fields: ReadonlyMap<string, string>): number | undefined {
  const text = fields.get('expires_after[seconds]');
  const anchor = fields.get('expires_after[anchor]');
  if (text === undefined && anchor === undefined) return undefined;
  if (anchor !== 'created_at')
    throw badRequest(
      `'expires_after[anchor]' must be 'created_at'.`,
      'expires_after.anchor',
      'invalid_value',
    );
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < MIN_EXPIRY_S || seconds > MAX_EXPIRY_S)
    throw badRequest(
      `'expires_after[seconds]' must be an integer from ${MIN_EXPIRY_S} to ${MAX_EXPIRY_S}.`,
      'expires_after.seconds',
      'invalid_value',
    );
  return seconds;
}

const list =
  (store: Store) =>
  ({ request, org }: Call): Reply => {
    const purpose = queryText(request, 'purpose');
    const order = queryText(request, 'order') ?? 'desc';
    if (order !== 'asc' && order !== 'desc')
      throw badRequest(`'order' must be 'asc' or 'desc'.`, 'order', 'invalid_value');
    const now = nowSeconds();
    const files = store
      .all('files')
      .filter((file) => file.org === org.id && (file.wire.expires_at ?? Infinity) > now)
      .map((file) => file.wire)
      .filter((file) => purpose === undefined || file.purpose === purpose);
    return {
      body: pageOf(order === 'asc' ? files : files.reverse(), request, { limit: 10_000, max: 10_000 }),
    };
  };

/** A file that the provider itself makes, such as a job's results; the bytes must be at its path already. */
export function putProvidersFile(
  store: Store,
  org: string,
  file: Pick<FileObject, 'id' | 'bytes' | 'filename' | 'purpose'>,
): FileObject {
  const wire: FileObject = {
    ...file,
    object: 'file',
    created_at: nowSeconds(),
    status: 'processed',
    status_details: null,
  };
  store.put('files', file.id, { org, wire });
  return wire;
}
