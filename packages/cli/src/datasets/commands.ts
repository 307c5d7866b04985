import { Command } from 'commander';
import { validateCommand } from './validate.ts';

export function datasetsCommand(): Command {
  return new Command('datasets').description('training data').addCommand(validateCommand());
}
