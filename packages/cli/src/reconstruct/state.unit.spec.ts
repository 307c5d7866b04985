import type { Aggregate } from '@ftm/contracts/ids';
import { AGGREGATES } from '@ftm/contracts/ids';
import { liveModel } from './live.ts';
import { differences, foldTenant, type Resource, type TenantSnapshot } from './state.ts';

const snapshot = (resources: Partial<Record<Aggregate, Record<string, Resource>>>): TenantSnapshot => ({
  tenant_id: 'acme',
  seq: 9,
  hash: null,
  time: null,
  resources: {
    ...(Object.fromEntries(AGGREGATES.map((each) => [each, {}])) as TenantSnapshot['resources']),
    ...resources,
  },
  incomplete: [],
});

describe('differences between two moments', () => {
  it('name what was created, and each field that changed, with both values', () => {
    const before = snapshot({
      dataset: { a: { id: 'a', status: 'building', counts: { rows: 1 } }, b: { id: 'b' } },
    });
    const after = snapshot({
      dataset: {
        a: { id: 'a', status: 'ready', counts: { rows: 2, bad: 0 } },
        b: { id: 'b' },
        c: { id: 'c' },
      },
    });
    expect(differences(before, after)).toEqual([
      {
        aggregate: 'dataset',
        id: 'a',
        change: 'changed',
        fields: [
          { path: 'status', before: 'building', after: 'ready' },
          { path: 'counts.rows', before: 1, after: 2 },
          { path: 'counts.bad', before: undefined, after: 0 },
        ],
      },
      { aggregate: 'dataset', id: 'c', change: 'created', fields: [] },
    ]);
  });
});

describe('the live model', () => {
  const run = '11111111-1111-4111-8111-111111111111';
  const state = snapshot({
    'production-pointer': {
      p: {
        id: 'p',
        target: { type: 'assistant', value: 'support' },
        model_version_id: 'm',
        promotion_id: 'x',
      },
    },
    'model-version': { m: { id: 'm', ft_job_id: 'j' } },
    promotion: { x: { id: 'x', approved_by: 'ann', evidence: { base: { eval_run_id: run } } } },
    'eval-run': { [run]: { id: run }, other: { id: 'other' } },
    'fine-tune': { j: { id: 'j', dataset_id: 'd' } },
    dataset: { d: { id: 'd' } },
  });
  it('comes with its promotion, the eval runs that it was approved on, its job and its data', () => {
    expect(liveModel(state, 'assistant/support')).toMatchObject({
      promotion: { approved_by: 'ann' },
      eval_runs: [{ id: run }],
      ft_job: { id: 'j' },
      dataset: { id: 'd' },
    });
  });
  it('is none for a target without a pointer', () => {
    expect(liveModel(state, 'assistant/other')).toMatchObject({ pointer: null, model_version: null });
  });
});

describe('the fold of a tenant', () => {
  it('is empty without events', async () => {
    async function* none(): AsyncGenerator<never> {}
    expect(await foldTenant('acme', none())).toMatchObject({ seq: 0, hash: null, incomplete: [] });
  });
});
