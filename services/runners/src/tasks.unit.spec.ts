import { streamId, tenantId } from '@ftm/contracts/ids';
import { ourWords } from '@ftm/contracts/scanned-text';
import { datasetRequested } from '@ftm/domain/testing/examples';
import { createLab, createSkippingClock, jobOf } from './fine-tune/testing/lab.ts';
import { workOn } from './tasks.ts';

const [ACME, GLOBEX] = [tenantId('acme'), tenantId('globex')];
const [OWN, OTHER] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];

describe('a run of a job', () => {
  it('reads and tells of its own stream, or of one that it names, and of its tenant alone', async () => {
    const clock = createSkippingClock(() => 0.5);
    const lab = createLab(clock);
    for (const tenant of [ACME, GLOBEX])
      for (const id of [OWN, OTHER])
        await lab.append(tenant, streamId('dataset', id), {
          type: 'DatasetRequested',
          data: datasetRequested,
        });
    const tools = lab.tools({ clock, providerFor: () => Promise.reject(new Error('no provider is asked')) });
    const work = workOn(jobOf(ACME, OWN), tools);
    const reason = ourWords('not wanted');
    await work.record('canceled', { type: 'CancelDataset', reason });
    expect(await work.load('dataset')).toMatchObject({ status: 'failed' });
    expect(await work.load('dataset', OTHER)).toMatchObject({ status: 'building' });
    await work.record('canceled', { type: 'CancelDataset', id: OTHER, reason });
    expect(await work.load('dataset', OTHER)).toMatchObject({ status: 'failed' });
    for (const id of [OWN, OTHER])
      expect(await workOn(jobOf(GLOBEX, id), tools).load('dataset')).toMatchObject({ status: 'building' });
  });

  it('records a step once, however often it is repeated', async () => {
    const clock = createSkippingClock(() => 0.5);
    const lab = createLab(clock);
    const stream = streamId('dataset', OWN);
    await lab.append(ACME, stream, { type: 'DatasetRequested', data: datasetRequested });
    const tools = lab.tools({ clock, providerFor: () => Promise.reject(new Error('no provider is asked')) });
    const progress = { stage: 'ingesting' as const, rowsRead: 1, rowsRejected: 0 };
    for (let run = 0; run < 3; run += 1)
      await workOn(jobOf(ACME, OWN), tools).record('progress', { type: 'RecordDatasetProgress', progress });
    expect((await lab.history(ACME, stream)).map(({ type }) => type)).toEqual([
      'DatasetRequested',
      'DatasetProgressed',
    ]);
  });
});
