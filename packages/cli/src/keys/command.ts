import { Command } from 'commander';
import { newCommand } from './new.ts';
import { rewrapCommand } from './rewrap.ts';

export function keysCommand(): Command {
  return new Command('keys')
    .description(
      'key-encryption keys, the data keys that they wrap, and the keys that checkpoints are signed with',
    )
    .addCommand(newCommand())
    .addCommand(rewrapCommand());
}
