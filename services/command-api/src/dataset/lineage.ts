import { snake } from '@ftm/api/snake';
import type { BodyOfAnswer, Call } from '../http/route.ts';
import type { Services } from '../services.ts';
import { fresh } from '../states.ts';

const MAX_ANCESTORS = 200;
const PAGE = 200;

/** Ancestors as far as they go, and the datasets, jobs and models that came of this one. */
export async function datasetLineage(
  services: Services,
  call: Call,
  id: string,
): Promise<BodyOfAnswer<'GET /v1/datasets/{id}/lineage'>> {
  const ancestors = new Map<string, BodyOfAnswer<'GET /v1/datasets/{id}/lineage'>['datasets'][number]>();
  const edges: { from: string; to: string; kind: 'rebuild_of' | 'source' }[] = [];
  const waiting = [id];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (ancestors.has(next) || ancestors.size >= MAX_ANCESTORS) continue;
    const state = await fresh(services, call, 'dataset', next);
    const { request } = state;
    ancestors.set(next, {
      id: next,
      name: request.name,
      status: state.status,
      created_at: state.createdAt,
      recipe_sha256: request.recipeSha256,
      input_sha256: 'result' in state ? (state.result?.inputSha256 ?? null) : null,
      content_sha256: 'result' in state ? (state.result?.contentSha256 ?? null) : null,
      source: snake(request.source),
    });
    const parents = [
      ...(request.rebuildOf === null ? [] : [{ to: request.rebuildOf, kind: 'rebuild_of' as const }]),
      ...request.source.datasetIds.map((to) => ({ to, kind: 'source' as const })),
    ];
    for (const parent of parents) {
      edges.push({ from: next, ...parent });
      waiting.push(parent.to);
    }
  }
  return {
    object: 'dataset_lineage',
    dataset_id: id,
    datasets: [...ancestors.values()],
    edges,
    ...(await madeOf(services, call, id)),
  };
}

/** What was made of a dataset: its rebuilds, the datasets that have it among their sources, jobs and models; the newest of each. */
export async function madeOf({ reads }: Services, { principal }: Pick<Call, 'principal'>, id: string) {
  const made = async (
    aggregate: 'dataset' | 'fine-tune' | 'model-version',
    filters: Readonly<Record<string, string>>,
  ) =>
    (await reads.list(principal, aggregate, { limit: PAGE, ...filters })).data.map(
      ({ id: made, status, created_at }) => ({ id: made, status, created_at }),
    );
  return {
    rebuilds: await made('dataset', { rebuild_of: id }),
    derived: await made('dataset', { source_dataset_id: id }),
    ft_jobs: await made('fine-tune', { dataset_id: id }),
    model_versions: await made('model-version', { dataset_id: id }),
  };
}
