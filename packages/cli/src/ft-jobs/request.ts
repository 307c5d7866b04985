import type { BodyOf } from '@ftm/api/endpoints';
import { Option, type Command } from 'commander';
import { noteOptions, notesOf, type NoteOptions } from '../labels.ts';

export interface JobOptions extends NoteOptions {
  readonly name?: string;
  readonly project: string;
  readonly dataset: string;
  readonly validationDataset?: string;
  readonly model: string;
  readonly method: 'supervised' | 'dpo';
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly beta?: number;
  readonly suffix?: string;
  readonly seed?: number;
  readonly threshold?: number;
}

/** What a job is asked for with. */
export const jobOptions = (command: Command): Command =>
  noteOptions(command)
    .requiredOption('--project <id>', 'whose job')
    .option('--name <text>', 'what people call it, and its model')
    .requiredOption('--dataset <id>', 'trained on; it must be ready')
    .requiredOption('--model <base model>', 'that is fine-tuned')
    .option('--validation-dataset <id>', 'instead of the validation rows of the dataset')
    .addOption(
      new Option('--method <method>', 'of training').choices(['supervised', 'dpo']).default('supervised'),
    )
    .option('--epochs <n>', '1 to 50 (default: the provider decides)', Number)
    .option('--batch-size <n>', '1 to 256 (default: the provider decides)', Number)
    .option('--learning-rate <multiplier>', 'above 0 (default: the provider decides)', Number)
    .option('--beta <beta>', 'of dpo, above 0 to 2 (default: the provider decides)', Number)
    .option('--suffix <text>', 'in the name of the model: A-Z a-z 0-9 -')
    .option('--seed <n>', 'the same seed and data give the same training', Number)
    .option('--threshold <usd>', 'above it PRISM must approve the cost', Number);

export const bodyOf = (options: JobOptions): BodyOf<'POST /v1/ft-jobs'> => ({
  project_id: options.project,
  name: options.name,
  ...notesOf(options),
  method: options.method,
  base_model: options.model,
  dataset_id: options.dataset,
  validation_dataset_id: options.validationDataset,
  hyperparams: {
    n_epochs: options.epochs,
    batch_size: options.batchSize,
    learning_rate_multiplier: options.learningRate,
    beta: options.beta,
  },
  suffix: options.suffix,
  seed: options.seed,
  cost_threshold_usd: options.threshold,
});
