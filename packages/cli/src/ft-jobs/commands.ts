import { Command, Option } from 'commander';
import process from 'node:process';
import type { AnswerOf } from '@ftm/api/endpoints';
import { FT_JOB_STATUSES } from '@ftm/api/resources/ft-jobs';
import { calling, clientOf, refusable, type ApiOptions } from '../api-options.ts';
import { paint, say, sayJson, table } from '../output.ts';
import { bodyOf, jobOptions, type JobOptions } from './request.ts';
import { dollars, sayJob, statusStyle } from './show.ts';
import { watch, type WatchOptions } from './watch.ts';

interface Json extends ApiOptions {
  readonly json?: boolean;
}

interface ListOptions {
  readonly project?: string;
  readonly status?: AnswerOf<'GET /v1/ft-jobs/{id}'>['status'];
  readonly dataset?: string;
  readonly limit: number;
}

export function ftJobsCommand(): Command {
  return new Command('ft-jobs')
    .description('fine-tune jobs')
    .addCommand(createCommand())
    .addCommand(estimateCommand())
    .addCommand(listCommand())
    .addCommand(watchCommand())
    .addCommand(steer('cancel', 'ask for the end of a job'))
    .addCommand(steer('pause', 'ask a job to stop for a while'))
    .addCommand(steer('resume', 'ask a paused job to go on'));
}

const asJson = (command: Command): Command => calling(command.option('--json', 'machine-readable'));

function createCommand(): Command {
  return asJson(
    jobOptions(
      new Command('create').description('fine-tune a model on a dataset that is ready, and watch it'),
    ).addOption(new Option('--no-watch', 'only ask for it')),
  ).action((options: JobOptions & Json & { readonly watch: boolean }) =>
    refusable(async () => {
      const { body: job, position } = await clientOf(options).call('POST /v1/ft-jobs', {
        body: bodyOf(options),
      });
      if (options.watch) await watch(job.id, options, position);
      else if (options.json === true) sayJson(job);
      else sayJob(job);
    }),
  );
}

function estimateCommand(): Command {
  return asJson(
    jobOptions(
      new Command('estimate').description('what a job would cost, as a range; nothing is asked for'),
    ),
  ).action((options: JobOptions & Json) =>
    refusable(async () => {
      const { body } = await clientOf(options).call('POST /v1/ft-jobs/estimate', { body: bodyOf(options) });
      if (options.json === true) {
        sayJson(body);
        return;
      }
      const row = (name: 'low' | 'expected' | 'high') => [
        name,
        String(body[`epochs_${name}`]),
        dollars(body[`${name}_usd_micros`]),
      ];
      say(table(['', 'epochs', 'cost'], [row('low'), row('expected'), row('high')]));
      say(
        `${body.training_tokens} tokens in the file, ${dollars(body.price_usd_micros_per_million)} a million (${body.price_source})`,
      );
      const jobs = body.calibration_jobs;
      say(
        `± ${(body.token_error * 100).toFixed(1)} %, ${jobs === 0 ? 'as counted: too few jobs were billed to learn from' : `corrected by what ${jobs} jobs were billed`}`,
      );
    }),
  );
}

function listCommand(): Command {
  return asJson(
    new Command('list')
      .description('jobs, the newest first')
      .option('--project <id>', 'only of this project')
      .addOption(new Option('--status <status>', 'only with this status').choices(FT_JOB_STATUSES))
      .option('--dataset <id>', 'only on this dataset')
      .option('--limit <n>', 'at most so many', Number, 20),
  ).action((options: Json & ListOptions) =>
    refusable(async () => {
      const { body } = await clientOf(options).call('GET /v1/ft-jobs', {
        query: {
          limit: options.limit,
          project_id: options.project,
          status: options.status,
          dataset_id: options.dataset,
        },
      });
      if (options.json === true) sayJson(body);
      else if (body.data.length === 0) say('no jobs');
      else
        say(
          table(
            ['id', 'status', 'base model', 'asked for', 'cost'],
            body.data.map((job) => [
              job.id,
              job.status,
              job.base_model,
              job.created_at.slice(0, 16).replace('T', ' '),
              job.actual_usd_micros === null ? '' : dollars(job.actual_usd_micros),
            ]),
          ),
        );
    }),
  );
}

function watchCommand(): Command {
  return asJson(
    new Command('watch')
      .description('show how a job is getting on until it has ended; to stop watching leaves the job alone')
      .argument('<id>', 'the job'),
  ).action((id: string, options: WatchOptions) => refusable(() => watch(id, options)));
}

function steer(verb: 'cancel' | 'pause' | 'resume', description: string): Command {
  return asJson(
    new Command(verb).description(description).argument('<id>', 'the job').option('--reason <text>', 'why'),
  ).action((id: string, options: Json & { readonly reason?: string }) =>
    refusable(async () => {
      const { body: job } = await clientOf(options).call(`POST /v1/ft-jobs/{id}/${verb}`, {
        params: { id },
        body: { reason: options.reason },
      });
      if (options.json === true) {
        sayJson(job);
        return;
      }
      say(`${job.id} is ${paint(statusStyle(job.status), job.status, process.stdout)}; asked to ${verb}`);
    }),
  );
}
