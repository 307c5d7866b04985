import { outageOf } from './outage.ts';
import type { Job as QueueJob, JobHelpers, TaskList } from 'graphile-worker';
import { tenantId } from '@ftm/contracts/ids';
import { runWithContext } from '@ftm/runtime/context';
import { counter, histogram } from '@ftm/runtime/metrics';
import { withSpan } from '@ftm/runtime/telemetry';
import { runDatasetCleanUp } from '../dataset/clean-up.ts';
import { runErasure } from '../dataset/erasure.ts';
import { runDataset } from '../dataset/runner.ts';
import { runEval } from '../eval/runner.ts';
import { runProviderFiles } from '../fine-tune/files.ts';
import { runFineTune } from '../fine-tune/runner.ts';
import { runModelRegistration } from '../model/runner.ts';
import { workOn, type Runner, type Tools } from '../tasks.ts';
import { runTenantErasure } from '../tenant/erasure.ts';
import { placeOfAgain, placeOfFailed, type Place } from './kinds.ts';
import { retryInMs } from './retry.ts';
import { jobKey, queueOf } from './work-projection.ts';
import type { JobPayload, Task } from './work-table.ts';

export type Runners = { readonly [T in Task]: Runner };

const RUNNERS: Runners = {
  dataset: runDataset,
  dataset_files: runDatasetCleanUp,
  erasure: runErasure,
  eval: runEval,
  files: runProviderFiles,
  ft: runFineTune,
  model: runModelRegistration,
  tenant: runTenantErasure,
};

const runs = counter('ftm_job_runs_total', 'Runs of jobs', ['task', 'outcome']);
const seconds = histogram('ftm_job_run_seconds', 'Time of a run', ['task']);

/** Failures are tried again for ever, with backoff: what can never succeed is recorded as failed by the runner itself, which ends the work. */
export function createTaskList(tools: Tools, runners: Runners = RUNNERS): TaskList {
  return Object.fromEntries(
    (Object.keys(runners) as Task[]).map((task) => [
      task,
      (payload: JobPayload, helpers: JobHelpers) =>
        run({ task, runner: runners[task], tools }, payload, helpers),
    ]),
  );
}

/** What runs jobs of a kind. */
interface Post {
  readonly task: Task;
  readonly runner: Runner;
  readonly tools: Tools;
}

async function run({ task, runner, tools }: Post, payload: JobPayload, helpers: JobHelpers): Promise<void> {
  const { tenantId: tenant, id, correlation, causation, traceparent, failures = 0 } = payload;
  const end = seconds.startTimer({ task });
  const queue = queueOf(task, tenant);
  const again = async (inMs: number, next: JobPayload, { flags, priority }: Place): Promise<void> => {
    // The job that runs is replaced under its key, unless the log has ended the work meanwhile: then nobody looks for it any more.
    if (await isCurrent(helpers.job, helpers))
      await helpers.addJob(task, next, {
        jobKey: jobKey(task, tenant, id),
        jobKeyMode: 'replace',
        ...(queue === null ? {} : { queueName: queue }),
        runAt: new Date(Date.now() + inMs),
        maxAttempts: 30_000,
        flags: [...flags],
        priority,
      });
  };
  await runWithContext({ tenant }, () =>
    withSpan(
      `run ${task}`,
      { kind: 'consumer', parent: traceparent, attributes: { 'ftm.id': id } },
      async () => {
        try {
          const outcome = await runner(
            workOn({ tenantId: tenantId(tenant), id, correlation, causation }, tools),
          );
          runs.inc({ task, outcome: outcome === 'done' ? 'done' : 'again' });
          if (outcome !== 'done')
            await again(
              outcome.againInMs,
              { ...payload, failures: 0 },
              placeOfAgain(task, outcome.againInMs),
            );
        } catch (error) {
          runs.inc({ task, outcome: 'failed' });
          const inMs = retryInMs(failures + 1);
          const outage = outageOf(error);
          tools.logger.warn('a job failed and is tried again', {
            task,
            id,
            failures: failures + 1,
            inMs,
            ...(outage === undefined ? { error } : { reason: outage }),
          });
          await again(inMs, { ...payload, failures: failures + 1 }, placeOfFailed(task, failures + 1));
        } finally {
          end();
        }
      },
    ),
  );
}

/** A job that was removed while it ran has lost its key. */
async function isCurrent(job: QueueJob, helpers: JobHelpers): Promise<boolean> {
  const { rows } = await helpers.query<{ key: string | null }>(
    'select key from graphile_worker.jobs where id = $1',
    [job.id],
  );
  return rows[0]?.key !== null && rows[0] !== undefined;
}
