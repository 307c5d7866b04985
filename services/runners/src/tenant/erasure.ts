import { ourWords } from '@ftm/contracts/scanned-text';
import type { Command } from '@ftm/domain/command';
import { CommandRejected } from '@ftm/commands/steps';
import type { Job, OpenWork, Outcome, Tools } from '../tasks.ts';

const LOOK_AGAIN_MS = 500;

/**
 * What runs for the tenant is canceled and waited for: it would go on to make bytes, and jobs at the provider. Nothing new begins since the erasure was confirmed. Then the keys go,
 * and the objects with them. Every step may be done again.
 */
export async function runTenantErasure(job: Job, tools: Tools): Promise<Outcome> {
  const state = await tools.commands.load(job.tenantId, 'tenant', job.id);
  if (state.status !== 'erasing') return 'done';
  // But this very work.
  const open = (await tools.tenants.openWork(job.tenantId)).filter(({ task }) => task !== 'tenant');
  for (const work of open) await cancel(job, work, tools);
  if (open.length > 0) return { againInMs: LOOK_AGAIN_MS };
  const dataKeys = await tools.tenants.erase(job.tenantId);
  await tools.commands.send(job, 'erased', { type: 'RecordTenantErased', id: job.id, dataKeys });
  return 'done';
}

async function cancel(job: Job, work: OpenWork, tools: Tools): Promise<void> {
  const command = cancelOf(work);
  if (command === undefined) return;
  await tools.commands.send(job, 'tenant-erasure', command).catch((error: unknown) => {
    // It has ended meanwhile.
    if (!(error instanceof CommandRejected)) throw error;
  });
}

/** Undefined for what is soon over by itself. */
function cancelOf({ task, id }: OpenWork): Command | undefined {
  const reason = ourWords('the tenant is erased');
  switch (task) {
    case 'dataset':
      return { type: 'CancelDataset', id, reason };
    case 'eval':
      return { type: 'CancelEvalRun', id, reason };
    case 'ft':
      return { type: 'RequestCancel', id, reason };
    case 'dataset_files':
    case 'erasure':
    case 'files':
    case 'model':
    case 'tenant':
      return undefined;
  }
}
