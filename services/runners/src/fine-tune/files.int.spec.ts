import { randomUUID } from 'node:crypto';
import { derivedUuid, streamId, tenantId } from '@ftm/contracts/ids';
import type { FtmEvent } from '@ftm/contracts/generated/events';
import { datasetRequested } from '@ftm/domain/testing/examples';
import { createOpenAiProvider } from '../provider/openai-provider.ts';
import { startSimulator, type Simulator } from '../provider/testing/simulator.ts';
import type { TrainingProvider } from '../provider/training-provider.ts';
import { workOn, type Outcome } from '../tasks.ts';
import { fileName, runProviderFiles } from './files.ts';
import { chatRows, createLab, createSkippingClock, jobOf, requestJob } from './testing/lab.ts';

const KEY = 'files-key';
const TENANT = tenantId('acme');
const clock = createSkippingClock(() => 0.5);
const lab = createLab(clock);
let simulator: Simulator;
let provider: TrainingProvider;
beforeAll(async () => {
  simulator = await startSimulator([KEY]);
  provider = createOpenAiProvider({ baseUrl: simulator.baseUrl, apiKey: KEY });
});
afterEach(() => simulator.admin('DELETE', '/faults'));
afterAll(() => simulator.dispose());

const upload = async (name: string): Promise<string> => {
  const bytes = Buffer.from(chatRows(10));
  return provider.uploadFile(name, {
    bytes: bytes.length,
    stream: (async function* () {
      yield bytes;
    })(),
  });
};
const there = (id: string) => provider.findFiles([fileName(id, 'train'), fileName(id, 'validation')]);
const append = (id: string, ...events: readonly FtmEvent[]) =>
  lab.append(TENANT, streamId('fine-tune', id), ...events);
const run = (id: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
  runProviderFiles(workOn(jobOf(TENANT, id), lab.tools({ clock, providerFor: async () => provider, env })));
const deletions = async (id: string) =>
  (await lab.history(TENANT, streamId('fine-tune', id))).flatMap((event) =>
    event.type === 'FineTuneProviderFilesDeleted' ? [event.data] : [],
  );
const CANCELED: FtmEvent = {
  type: 'FineTuneCanceled',
  data: { reason: 'r', trainedTokens: null, mirrorObject: null },
};

/** @returns the ids of its job and of its file, and of one that a run uploaded which then died */
async function submitted(
  ...more: readonly FtmEvent[]
): Promise<{ id: string; file: string; orphan: string }> {
  const id = randomUUID();
  await requestJob(lab, TENANT, id, chatRows(10));
  const orphan = await upload(fileName(id, 'train'));
  const file = await upload(fileName(id, 'train'));
  await append(
    id,
    {
      type: 'FineTuneSubmitIntended',
      data: { attempt: 1, requestSha256: 'x', trainingFileId: file, validationFileId: null },
    },
    ...more,
  );
  return { id, file, orphan };
}

describe('the training files of a job', () => {
  it('are at the provider until it has ended, then they are deleted there, and so is what a dead run had left', async () => {
    const { id, file, orphan } = await submitted();
    expect(await run(id)).toBe('done');
    expect(await there(id)).toHaveLength(2);
    await append(id, CANCELED);
    expect(await run(id)).toBe('done');
    expect(await there(id)).toEqual([]);
    expect(await deletions(id)).toEqual([{ fileIds: [file, orphan], reason: 'job_ended' }]);
    expect(await run(id)).toBe('done');
    expect(await deletions(id)).toHaveLength(1);
  });

  it('stay where the policy keeps them, and go when the dataset is erased', async () => {
    const { id } = await submitted(CANCELED);
    expect(await run(id, { FTM_PROVIDER_DELETE_FILES: 'false' })).toBe('done');
    expect(await there(id)).toHaveLength(2);
    await lab.append(TENANT, streamId('dataset', derivedUuid('lab-dataset', id)), {
      type: 'DatasetErasureRequested',
      data: { reason: 'r' },
    });
    await run(id, { FTM_PROVIDER_DELETE_FILES: 'false' });
    expect(await there(id)).toEqual([]);
    expect(await deletions(id)).toMatchObject([{ reason: 'dataset_erased' }]);
  });

  it('go when the dataset that it is validated with is erased', async () => {
    const id = randomUUID();
    const validationDatasetId = randomUUID();
    await requestJob(lab, TENANT, id, chatRows(10), { validationDatasetId });
    await upload(fileName(id, 'validation'));
    await append(id, CANCELED);
    const keeping = { FTM_PROVIDER_DELETE_FILES: 'false' };
    const stream = streamId('dataset', validationDatasetId);
    await lab.append(TENANT, stream, { type: 'DatasetRequested', data: datasetRequested });
    await run(id, keeping);
    expect(await there(id)).toHaveLength(1);
    await lab.append(TENANT, stream, { type: 'DatasetErasureRequested', data: { reason: 'r' } });
    await run(id, keeping);
    expect(await there(id)).toEqual([]);
    expect(await deletions(id)).toMatchObject([{ reason: 'dataset_erased' }]);
  });

  it('are tried again until the provider deletes them', async () => {
    const { id } = await submitted(CANCELED);
    await simulator.admin('POST', '/faults', {
      target: 'files.delete',
      kind: 'error',
      status: 500,
      times: 1,
    });
    expect(await run(id)).toEqual({ againInMs: expect.any(Number) });
    expect(await deletions(id)).toEqual([]);
    expect(await run(id)).toBe('done');
    expect(await there(id)).toEqual([]);
  });
});
