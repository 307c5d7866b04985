import { Command, Option } from 'commander';
import process from 'node:process';
import type { Resource } from '@ftm/client/ftm-client';
import { calling, clientOf, refusable, type ApiOptions } from '../api-options.ts';
import { paint, say, sayJson, table } from '../output.ts';
import { bodyOf, jobOptions, type JobOptions } from './request.ts';
import { dollars, sayJob, statusStyle } from './show.ts';
import { watch, type WatchOptions } from './watch.ts';

interface Json extends ApiOptions {
  readonly json?: boolean;
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
      const { body: job, position } = await clientOf(options).post('/v1/ft-jobs', bodyOf(options));
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
      const { body } = await clientOf(options).post<Readonly<Record<string, unknown>>>(
        '/v1/ft-jobs/estimate',
        bodyOf(options),
      );
      if (options.json === true) {
        sayJson(body);
        return;
      }
      const row = (name: string) => [
        name,
        String(body[`epochs_${name}`]),
        dollars(Number(body[`${name}_usd_micros`])),
      ];
      say(table(['', 'epochs', 'cost'], ['low', 'expected', 'high'].map(row)));
      say(
        `${String(body['training_tokens'])} tokens in the file, ${dollars(Number(body['price_usd_micros_per_million']))} a million (${String(body['price_source'])})`,
      );
      const jobs = Number(body['calibration_jobs']);
      say(
        `± ${(Number(body['token_error']) * 100).toFixed(1)} %, ${jobs === 0 ? 'as counted: too few jobs were billed to learn from' : `corrected by what ${jobs} jobs were billed`}`,
      );
    }),
  );
}

function listCommand(): Command {
  return asJson(
    new Command('list')
      .description('jobs, the newest first')
      .option('--project <id>', 'only of this project')
      .option('--status <status>', 'only with this status')
      .option('--dataset <id>', 'only on this dataset')
      .option('--limit <n>', 'at most so many', Number, 20),
  ).action((options: Json & { project?: string; status?: string; dataset?: string; limit: number }) =>
    refusable(async () => {
      const query = new URLSearchParams({ limit: String(options.limit) });
      if (options.project !== undefined) query.set('project_id', options.project);
      if (options.status !== undefined) query.set('status', options.status);
      if (options.dataset !== undefined) query.set('dataset_id', options.dataset);
      const { body } = await clientOf(options).get<{ readonly data: readonly Resource[] }>(
        `/v1/ft-jobs?${query.toString()}`,
      );
      if (options.json === true) sayJson(body);
      else if (body.data.length === 0) say('no jobs');
      else
        say(
          table(
            ['id', 'status', 'base model', 'asked for', 'cost'],
            body.data.map((job) => [
              job.id,
              job.status,
              String(job['base_model']),
              String(job['created_at']).slice(0, 16).replace('T', ' '),
              typeof job['actual_usd_micros'] === 'number' ? dollars(job['actual_usd_micros']) : '',
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
      const { body: job } = await clientOf(options).post(
        `/v1/ft-jobs/${encodeURIComponent(id)}/${verb}`,
        options.reason === undefined ? {} : { reason: options.reason },
      );
      if (options.json === true) {
        sayJson(job);
        return;
      }
      say(`${job.id} is ${paint(statusStyle(job.status), job.status, process.stdout)}; asked to ${verb}`);
    }),
  );
}
