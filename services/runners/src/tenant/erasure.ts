import { ourWords } from '@ftm/contracts/scanned-text';
import type { Command } from '@ftm/domain/command';
import { CommandRejected } from '@ftm/commands/steps';
import type { OpenWork, Outcome, Work } from '../tasks.ts';

const LOOK_AGAIN_MS = 500;

/**
 * What runs for the tenant is canceled and waited for: it would go on to make bytes, and jobs at the provider. Nothing new begins since the erasure was confirmed. Then the keys go,
 * and the objects with them. Every step may be done again.
 */
export async function runTenantErasure(work: Work): Promise<Outcome> {
  const state = await work.load('tenant');
  if (state.status !== 'erasing') return 'done';
  // But this very work.
  const open = (await work.tenants.openWork(work.tenantId)).filter(({ task }) => task !== 'tenant');
  for (const each of open) await cancel(work, each);
  if (open.length > 0) return { againInMs: LOOK_AGAIN_MS };
  const dataKeys = await work.tenants.erase(work.tenantId);
  await work.record('erased', { type: 'RecordTenantErased', dataKeys });
  return 'done';
}

async function cancel(work: Work, open: OpenWork): Promise<void> {
  const command = cancelOf(open);
  if (command === undefined) return;
  await work.record('tenant-erasure', command).catch((error: unknown) => {
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
