import { fineTuneObjects } from '@ftm/contracts/object-names';
import { canonicalJson } from '@ftm/contracts/canonical-json';
import type { ObjectRef } from '@ftm/contracts/generated/events';
import {
  curveOf,
  type ProviderEvent,
  type ProviderJob,
  type TrainingProvider,
} from '../provider/training-provider.ts';
import { unlessFinal } from '../provider/provider-errors.ts';
import type { Work } from '../tasks.ts';
import type { Open } from './failures.ts';

/** What the provider said of a job, in its own words, with the curve: in an object, because nobody has scanned it. By content: what has not changed is the same object. */
export async function mirror(
  work: Work,
  state: Open,
  seen: ProviderJob,
  provider: TrainingProvider,
): Promise<{ readonly object: ObjectRef; readonly events: readonly ProviderEvent[] }> {
  const events = await unlessFinal(provider.events(seen.id), []);
  const told = {
    providerJobId: seen.id,
    points: curveOf(events),
    events: events.map(({ raw }) => raw),
    job: seen.raw,
  };
  const { dataKeyId: _, ...object } = await work.objects.put(
    work.tenantId,
    fineTuneObjects({ tenantId: work.tenantId, projectId: state.request.projectId }, work.id),
    'curve.json',
    Buffer.from(canonicalJson(told)),
  );
  return { object, events };
}
