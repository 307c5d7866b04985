import type { RecordedEvent } from '@ftm/contracts/envelope';
import { streamId, tenantId, type StreamId } from '@ftm/contracts/ids';
import { createCommander } from '@ftm/commands/commander';
import { datasetRequested, modelRegistered, PROJECT } from '@ftm/domain/testing/examples';
import { createMemoryEventLog } from '@ftm/event-log/memory-event-log';
import type { Principal } from '@ftm/orchestrator/client';
import type { Services } from '../services.ts';
import { appendingTo } from '../testing/route-server.ts';
import { evidencePack } from './evidence.ts';

const TENANT = tenantId('acme');
const MODEL = '7d1f3a52-4a86-4d5e-9a53-4b6c3a2b1c0d';
const DATASET = '0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0';

const keyOf = (...projects: string[]): Principal => ({
  active: true,
  subject: 'user:ada',
  tenantId: TENANT,
  projects,
  roles: ['viewer'],
  expiresAt: null,
});

/** A model of one project that was made of a dataset of another. */
async function services(): Promise<Services> {
  const log = createMemoryEventLog();
  const append = appendingTo(log, TENANT);
  await append(streamId('dataset', DATASET), {
    type: 'DatasetRequested',
    data: { ...datasetRequested, projectId: 'p2' },
  });
  await append(streamId('model-version', MODEL), {
    type: 'ModelVersionRegistered',
    data: { ...modelRegistered, datasetId: DATASET },
  });
  const commander = createCommander(log, null);
  const unproved = () => Promise.reject(new Error('all streams were in scope'));
  return {
    commander,
    reads: {
      written: (_key: Principal, stream: StreamId): Promise<readonly RecordedEvent[]> =>
        commander.readStream(TENANT, stream),
      list: async () => ({ object: 'list', data: [], has_more: false, next_cursor: null }),
    },
    proofs: { forEvents: unproved },
  } as unknown as Services;
}

describe('an evidence pack', () => {
  it('is refused to a key that does not cover all that it leans on, for half of it would be a half-truth', async () => {
    const asked = evidencePack(await services(), keyOf(PROJECT), MODEL);
    await expect(asked).rejects.toMatchObject({ status: 403, code: 'PROJECT_OUT_OF_SCOPE' });
    await expect(asked).rejects.toThrow('a dataset that the key does not cover');
  });

  it('is proved for one that covers it', async () => {
    for (const key of [keyOf(PROJECT, 'p2'), keyOf('*')])
      await expect(evidencePack(await services(), key, MODEL)).rejects.toThrow('all streams were in scope');
  });
});
