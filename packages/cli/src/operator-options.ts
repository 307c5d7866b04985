import { Option, type Command } from 'commander';
import { userInfo } from 'node:os';
import { needing, type Settings } from './settings.ts';

export interface OperatorOptions extends Settings {
  readonly json?: boolean;
  readonly actor: string;
}

/** Adds what every command needs that speaks to the operator's ports. */
export const operating = (command: Command): Command =>
  needing(command.addOption(new Option('--json', 'machine-readable')), 'operator', 'operatorToken');

/** Adds who does it. */
export const acting = (command: Command): Command =>
  command.addOption(
    new Option('--actor <name>', 'who does it: it is noted')
      .env('FTM_ACTOR')
      .default(`operator:${userInfo().username}`, 'operator:, and the user’s name'),
  );
