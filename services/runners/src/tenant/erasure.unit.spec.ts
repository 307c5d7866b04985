import { tenantId, tenantStreamId } from '@ftm/contracts/ids';
import { datasetRequested } from '@ftm/domain/testing/examples';
import { createLab, createSkippingClock } from '../fine-tune/testing/lab.ts';
import { workOn, type OpenWork, type Tools } from '../tasks.ts';
import { runTenantErasure } from './erasure.ts';

const TENANT = tenantId('acme');
const STREAM = tenantStreamId(TENANT);
const DATASET = '00000000-0000-4000-8000-000000000001';
const decision = { requestedBy: 'user:ada', confirmedBy: 'user:bob', reason: 'the contract ended' };
const job = {
  tenantId: TENANT,
  id: STREAM.slice('tenant/'.length),
  correlation: 'c',
  causation: 'e',
};

/** A tenant whose erasure was confirmed, while a dataset of it is being built. */
async function erasing() {
  const clock = createSkippingClock(() => 0.5);
  const lab = createLab(clock);
  await lab.append(TENANT, `dataset/${DATASET}`, { type: 'DatasetRequested', data: datasetRequested });
  await lab.append(
    TENANT,
    STREAM,
    { type: 'TenantErasureRequested', data: { reason: decision.reason } },
    { type: 'TenantErasureConfirmed', data: decision },
  );
  const base = lab.tools({
    providerFor: () => Promise.reject(new Error('no provider is asked')),
    clock,
    env: {},
  });
  let erasures = 0;
  const run = (open: readonly OpenWork[], erase: () => Promise<number> = async () => 3) => {
    const tools: Tools = {
      ...base,
      tenants: {
        openWork: async () => [{ task: 'tenant', id: job.id }, ...open],
        erase: () => {
          erasures += 1;
          return erase();
        },
      },
    };
    return runTenantErasure(workOn(job, tools));
  };
  const types = async (stream: Parameters<typeof lab.history>[1]) =>
    (await lab.history(TENANT, stream)).map(({ type }) => type);
  return { run, types, erasures: () => erasures };
}

const building: OpenWork = { task: 'dataset', id: DATASET };
const ENDED = ['TenantErasureRequested', 'TenantErasureConfirmed', 'TenantErased'];

describe('the erasure of a tenant', () => {
  it('cancels what runs, and destroys nothing before that has ended', async () => {
    const { run, types, erasures } = await erasing();
    expect(await run([building])).toEqual({ againInMs: expect.any(Number) as number });
    expect(await types(`dataset/${DATASET}`)).toEqual(['DatasetRequested', 'DatasetFailed']);
    // Its worker has not stopped yet.
    expect(await run([building])).toEqual({ againInMs: expect.any(Number) as number });
    expect(erasures()).toBe(0);
    expect(await run([])).toBe('done');
    expect(erasures()).toBe(1);
    expect(await types(STREAM)).toEqual(ENDED);
    expect(await types(`dataset/${DATASET}`)).toEqual(['DatasetRequested', 'DatasetFailed']);
  });

  it('waits for what ends by itself', async () => {
    const { run, erasures } = await erasing();
    expect(await run([{ task: 'model', id: DATASET }])).not.toBe('done');
    expect(await run([{ task: 'erasure', id: DATASET }])).not.toBe('done');
    expect(erasures()).toBe(0);
  });

  it('begins again where it died, and is recorded once', async () => {
    const { run, types, erasures } = await erasing();
    await expect(run([], () => Promise.reject(new Error('died')))).rejects.toThrow('died');
    expect(await run([])).toBe('done');
    expect(await run([])).toBe('done');
    expect(erasures()).toBe(2);
    expect(await types(STREAM)).toEqual(ENDED);
  });
});
