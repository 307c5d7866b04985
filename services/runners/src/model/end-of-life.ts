import {
  daysUntil,
  endOfLifeOf,
  namesOf,
  PUBLISHED,
  warningFor,
} from '@ftm/domain/model-version/end-of-life';
import { counter } from '@ftm/runtime/metrics';
import { jittered } from '../fine-tune/schedule.ts';
import { ProviderError } from '../provider/provider-errors.ts';
import type { Job, Outcome, Tools } from '../tasks.ts';

const HOUR_MS = 3_600_000;
const warnings = counter('ftm_model_end_of_life_warnings_total', 'Warnings of a shutdown', ['within_days']);

/** Looks every day whether the provider shuts a registered model, or the base that it stands on, down; the job of the queue lives as long as the model is not retired. */
export async function runEndOfLifeWatch(job: Job, tools: Tools): Promise<Outcome> {
  const state = await tools.commands.load(job.tenantId, 'model-version', job.id);
  if (state.status === 'absent' || state.status === 'retired') return 'done';
  const { registration, endOfLife, warnedWithinDays } = state;
  const names = namesOf(registration);
  try {
    const provider = await tools.providerFor(job.tenantId, registration.projectId);
    const found = endOfLifeOf(names, await provider.shutdownDates(names), PUBLISHED[provider.host] ?? []);
    const now = new Date(tools.clock.now()).toISOString();
    if (found !== undefined) {
      const { shutdownDate } = found;
      const isNew = endOfLife?.shutdownDate !== shutdownDate;
      if (isNew)
        await tools.commands.send(job, `end-of-life:${state.version}`, {
          type: 'AnnounceEndOfLife',
          id: job.id,
          announcement: found,
        });
      const withinDays = warningFor(shutdownDate, now);
      if (withinDays !== undefined && (isNew || (warnedWithinDays ?? Infinity) > withinDays)) {
        await tools.commands.send(job, `end-of-life-warning:${shutdownDate}:${withinDays}:${state.version}`, {
          type: 'WarnOfEndOfLife',
          id: job.id,
          warning: { shutdownDate, withinDays },
        });
        warnings.inc({ within_days: String(withinDays) });
        tools.logger.warn('the provider shuts a registered model down', {
          modelVersion: job.id,
          shutdownDate,
          days: daysUntil(shutdownDate, now),
        });
      }
    }
    return { againInMs: jittered(tools.config.FTM_END_OF_LIFE_CHECK_MS, tools.clock) };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    tools.logger.warn('the provider cannot be asked for shutdown dates now', { modelVersion: job.id, error });
    return { againInMs: jittered(HOUR_MS, tools.clock) };
  }
}
