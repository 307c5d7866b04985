import { Command } from 'commander';
import { auditCommand } from './audit/commands.ts';
import { costsCommand } from './costs/command.ts';
import { datasetsCommand } from './datasets/commands.ts';
import { dlqCommand } from './dlq.ts';
import { ftJobsCommand } from './ft-jobs/commands.ts';
import { keysCommand } from './keys.ts';
import { packCommand } from './pack.ts';
import { projectionsCommand } from './projections.ts';
import { snapshotCommand } from './snapshot.ts';
import { tailCommand } from './tail.ts';

/** The whole command line: every command, every option, and the variable that an option may come from. */
export const createProgram = (): Command =>
  new Command('ftm')
    .description('FTM, the Fine-Tuning Manager, on the command line')
    .showHelpAfterError('(--help says more)')
    .addCommand(auditCommand())
    .addCommand(costsCommand())
    .addCommand(datasetsCommand())
    .addCommand(dlqCommand())
    .addCommand(ftJobsCommand())
    .addCommand(keysCommand())
    .addCommand(packCommand())
    .addCommand(projectionsCommand())
    .addCommand(snapshotCommand())
    .addCommand(tailCommand());
