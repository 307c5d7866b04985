import { UUID_FORM } from '@ftm/contracts/ids';
import type { Resource, TenantSnapshot } from './state.ts';

/** Which model was live for a target, who approved it, and on what evidence. */
export interface LiveModel {
  readonly target: string;
  readonly tenant_id: string;
  readonly seq: number;
  /** Null when there is no pointer for the target yet. */
  readonly pointer: Resource | null;
  readonly model_version: Resource | null;
  /** Null for an admin's override, and when nothing is live. */
  readonly promotion: Resource | null;
  readonly eval_runs: readonly Resource[];
  readonly ft_job: Resource | null;
  readonly dataset: Resource | null;
}

/** @param target `<type>/<value>`, e.g. `assistant/support` */
export function liveModel(snapshot: TenantSnapshot, target: string): LiveModel {
  const { resources } = snapshot;
  const pointer =
    Object.values(resources['production-pointer']).find((each) => targetOf(each) === target) ?? null;
  const model = find(resources['model-version'], pointer?.['model_version_id']);
  const promotion = find(resources.promotion, pointer?.['promotion_id']);
  const ids = new Set(uuidsIn(promotion?.['evidence']));
  const job = find(resources['fine-tune'], model?.['ft_job_id']);
  return {
    target,
    tenant_id: snapshot.tenant_id,
    seq: snapshot.seq,
    pointer,
    model_version: model,
    promotion,
    eval_runs: Object.values(resources['eval-run']).filter((each) => ids.has(String(each['id']))),
    ft_job: job,
    dataset: find(resources.dataset, job?.['dataset_id']),
  };
}

/** Targets that have a pointer, for who asked for one that has none. */
export const targetsOf = (snapshot: TenantSnapshot): string[] =>
  Object.values(snapshot.resources['production-pointer']).map(targetOf);

function targetOf(pointer: Resource): string {
  const target = pointer['target'] as { readonly type: string; readonly value: string };
  return `${target.type}/${target.value}`;
}

const find = (resources: Readonly<Record<string, Resource>>, id: unknown): Resource | null =>
  typeof id === 'string' ? (resources[id] ?? null) : null;

const uuidsIn = (value: unknown): string[] =>
  JSON.stringify(value ?? null).match(new RegExp(UUID_FORM, 'g')) ?? [];
