import type { ModelEndOfLifeAnnounced } from '@ftm/contracts/generated/events';
import {
  daysUntil,
  endOfLifeOf,
  namesOf,
  PUBLISHED,
  warningFor,
} from '@ftm/domain/model-version/end-of-life';
import { LEADERS, whileLeading } from '@ftm/postgres/leading';
import type { Pool } from '@ftm/postgres/pool';
import { pause } from '@ftm/runtime/backoff';
import { counter } from '@ftm/runtime/metrics';
import { jittered } from '../fine-tune/schedule.ts';
import { ProviderError } from '../provider/provider-errors.ts';
import type { Tools } from '../tasks.ts';
import { createWatchList, type WatchedModel, type WatchList } from './watch-list.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** How often it is looked whether a model is due. */
const LOOK_MS = 5000;
/** Models of one look at the list, and of one question to a provider. */
const [MODELS, MODELS_AT_ONCE] = [200, 20];
const warnings = counter('ftm_model_end_of_life_warnings_total', 'Warnings of a shutdown', ['within_days']);

/** Looks every day whether the provider shuts a registered model, or the base that it stands on, down, for as long as the model is not retired. One process at a time does. */
export function startEndOfLifeWatch(pool: Pool, tools: Tools): { stop(): Promise<void> } {
  const list = createWatchList(pool);
  return whileLeading(
    pool,
    LEADERS.endOfLifeWatch,
    async ({ signal }) => {
      while (!signal.aborted) if ((await lookAtModels(list, tools)) < MODELS) await pause(LOOK_MS, signal);
    },
    { onProblem: (error) => tools.logger.warn('registered models cannot be watched now', { error }) },
  );
}

/** Asks for those that are due. @returns how many that were */
export async function lookAtModels(list: WatchList, tools: Tools): Promise<number> {
  const due = await list.due(new Date(tools.clock.now()).toISOString(), MODELS);
  for (const models of byProject(due))
    for (let at = 0; at < models.length; at += MODELS_AT_ONCE)
      await lookAtSome(models.slice(at, at + MODELS_AT_ONCE), list, tools);
  return due.length;
}

/** Of one project, and so of one account at the provider. */
async function lookAtSome(models: readonly WatchedModel[], list: WatchList, tools: Tools): Promise<void> {
  const [first] = models;
  if (first === undefined) return;
  let againInMs = tools.config.FTM_END_OF_LIFE_CHECK_MS;
  try {
    const provider = await tools.providerFor(first.tenantId, first.projectId);
    const listed = await provider.shutdownDates(models.flatMap(namesOf));
    for (const model of models) {
      const names = namesOf(model);
      const known = listed.filter((each) => names.includes(each.model));
      const found = endOfLifeOf(names, known, PUBLISHED[provider.host] ?? []);
      if (found !== undefined) await tell(model, found, tools);
    }
  } catch (error) {
    // The others go on, and these come again: what was told already is known by then.
    againInMs = error instanceof ProviderError ? HOUR_MS : MINUTE_MS;
    tools.logger.warn('the provider cannot be asked for shutdown dates now', {
      models: models.length,
      error,
    });
  }
  await list.lookAgain(models, new Date(tools.clock.now() + jittered(againInMs, tools.clock)).toISOString());
}

function byProject(models: readonly WatchedModel[]): Iterable<readonly WatchedModel[]> {
  const projects = new Map<string, WatchedModel[]>();
  for (const model of models) {
    const key = `${model.tenantId} ${model.projectId}`;
    const known = projects.get(key);
    if (known === undefined) projects.set(key, [model]);
    else known.push(model);
  }
  return projects.values();
}

/** Announces a date that is new, and warns once at each limit. */
async function tell(model: WatchedModel, found: ModelEndOfLifeAnnounced, tools: Tools): Promise<void> {
  const state = await tools.commands.load(model.tenantId, 'model-version', model.id);
  if (state.status === 'absent' || state.status === 'retired') return;
  const { shutdownDate } = found;
  const isNew = state.endOfLife?.shutdownDate !== shutdownDate;
  if (isNew)
    await tools.commands.send(model, `end-of-life:${state.version}`, {
      type: 'AnnounceEndOfLife',
      id: model.id,
      announcement: found,
    });
  const now = new Date(tools.clock.now()).toISOString();
  const withinDays = warningFor(shutdownDate, now);
  if (withinDays === undefined || (!isNew && (state.warnedWithinDays ?? Infinity) <= withinDays)) return;
  await tools.commands.send(model, `end-of-life-warning:${shutdownDate}:${withinDays}:${state.version}`, {
    type: 'WarnOfEndOfLife',
    id: model.id,
    warning: { shutdownDate, withinDays },
  });
  warnings.inc({ within_days: String(withinDays) });
  tools.logger.warn('the provider shuts a registered model down', {
    modelVersion: model.id,
    shutdownDate,
    days: daysUntil(shutdownDate, now),
  });
}
