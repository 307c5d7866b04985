import { BASE_MODELS, baseModel, type BaseModel } from './base-models.ts';
import { ApiError, notFound } from './errors.ts';
import type { Route } from './http.ts';
import type { ModelObject, ModelRecord } from './state/records.ts';
import type { Store } from './state/store.ts';

export const OWNER = 'ftm-simulator';

/** What a model's name stands for: an untrained base model, or weights on disk. */
export type FoundModel =
  | { readonly kind: 'base'; readonly id: string; readonly base: BaseModel }
  | { readonly kind: 'tuned'; readonly id: string; readonly base: BaseModel; readonly record: ModelRecord };

export const modelNotFound = (id: string): ApiError =>
  notFound(`The model '${id}' does not exist or you do not have access to it.`, 'model', 'model_not_found');

/** @throws ApiError 404 for a model that does not exist, was shut down, or is another organisation's */
export function modelOf(store: Store, org: string, id: string): FoundModel {
  const base = baseModel(id);
  const found =
    base === undefined ? tunedModel(store, org, id) : ({ kind: 'base', id: base.id, base } as const);
  if (found === undefined || isShutDown(store, found)) throw modelNotFound(id);
  return found;
}

function tunedModel(store: Store, org: string, id: string): FoundModel | undefined {
  const record = store.get('models', id);
  const base = baseModel(record?.base ?? '');
  return record?.org === org && base !== undefined ? { kind: 'tuned', id, base, record } : undefined;
}

/** A tuned model goes with its base model, if not before. */
function shutdownDate(store: Store, id: string, base: string): string | null {
  return (store.get('retirements', id) ?? store.get('retirements', base))?.shutdown_date ?? null;
}

function isShutDown(store: Store, model: FoundModel): boolean {
  const date = shutdownDate(store, model.id, model.base.id);
  return date !== null && date <= new Date().toISOString().slice(0, 10);
}

function wireOf(store: Store, model: FoundModel): ModelObject {
  const wire: ModelObject =
    model.kind === 'tuned'
      ? model.record.wire
      : { id: model.id, object: 'model', created: model.base.created, owned_by: OWNER, shutdown_date: null };
  return { ...wire, shutdown_date: shutdownDate(store, model.id, model.base.id) };
}

export function modelRoutes(store: Store): Route[] {
  return [
    {
      method: 'get',
      path: '/v1/models',
      target: 'models.list',
      handle({ org }) {
        const tuned = store
          .all('models')
          .filter((record) => record.org === org.id && !record.wire.id.includes(':ckpt-step-'))
          .map((record) => record.wire.id);
        const found = [...BASE_MODELS.map((model) => model.id), ...tuned]
          .map((id): FoundModel | undefined => {
            const base = baseModel(id);
            return base === undefined ? tunedModel(store, org.id, id) : { kind: 'base', id, base };
          })
          .filter((model) => model !== undefined && !isShutDown(store, model)) as FoundModel[];
        return { body: { object: 'list', data: found.map((model) => wireOf(store, model)) } };
      },
    },
    {
      method: 'get',
      path: '/v1/models/{model}',
      target: 'models.get',
      handle: ({ org, param }) => ({ body: wireOf(store, modelOf(store, org.id, param('model'))) }),
    },
    {
      method: 'delete',
      path: '/v1/models/{model}',
      target: 'models.delete',
      handle({ org, param }) {
        const model = modelOf(store, org.id, param('model'));
        if (model.kind === 'base')
          throw new ApiError(403, `The model '${model.id}' is not yours to delete.`, {
            code: 'insufficient_permissions',
          });
        store.remove('models', model.id);
        return { body: { id: model.id, object: 'model', deleted: true } };
      },
    },
  ];
}
