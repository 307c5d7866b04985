import { Command } from 'commander';
import { buildCommand } from './build.ts';
import { validateCommand } from './validate.ts';

export function datasetsCommand(): Command {
  return new Command('datasets')
    .description('training data')
    .addCommand(buildCommand())
    .addCommand(validateCommand());
}
