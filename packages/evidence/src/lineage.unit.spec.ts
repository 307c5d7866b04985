import { tenantId } from '@ftm/contracts/ids';
import { datasetRequested } from '@ftm/domain/testing/examples';
import { referencesOf } from './lineage.ts';

const id = (last: number): string => `00000000-0000-4000-8000-00000000000${last}`;

describe('what a dataset leans on', () => {
  it('are all datasets that it is a union of, the one that it rebuilds, and the suites that guard it', () => {
    const source = {
      ...datasetRequested.source,
      kind: 'dataset' as const,
      datasetIds: [id(1), id(2), id(3)],
    };
    expect(
      referencesOf(tenantId('acme'), {
        type: 'DatasetRequested',
        data: { ...datasetRequested, source, rebuildOf: id(4), evalSuiteIds: [id(5)] },
      }),
    ).toEqual([
      `dataset/${id(1)}`,
      `dataset/${id(2)}`,
      `dataset/${id(3)}`,
      `dataset/${id(4)}`,
      `eval-suite/${id(5)}`,
    ]);
  });
});
