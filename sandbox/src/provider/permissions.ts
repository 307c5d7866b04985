import { ApiError, notFound } from './errors.ts';
import type { Call, Reply, Route } from './http.ts';
import type { Store } from './state/store.ts';

const PERMISSIONS = '/v1/fine_tuning/checkpoints/{checkpoint}/permissions';

/** Sharing of checkpoints between projects needs an admin key, and the simulator has none: whoever asks is told so. */
export function permissionRoutes(store: Store): Route[] {
  const refuse = ({ org, param }: Call): Reply => {
    if (store.get('models', param('checkpoint'))?.org !== org.id)
      throw notFound(`No such checkpoint: ${param('checkpoint')}`, 'fine_tuned_model_checkpoint');
    throw new ApiError(
      403,
      'You have insufficient permissions for this operation: an admin API key is needed.',
      {
        code: 'insufficient_permissions',
      },
    );
  };
  return [
    { method: 'get', path: PERMISSIONS, target: 'permissions.list', handle: refuse },
    { method: 'post', path: PERMISSIONS, target: 'permissions.create', handle: refuse },
    {
      method: 'delete',
      path: `${PERMISSIONS}/{permission_id}`,
      target: 'permissions.delete',
      handle: refuse,
    },
  ];
}
