#!/usr/bin/env node
import { Command } from 'commander';
import process from 'node:process';
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
import { saidOf } from './cannot-run.ts';

const program = new Command('ftm')
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

// Whoever reads may have seen enough (`| head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

// Exit code 1 says that something is wrong with what was looked at, so a wrong call is a 2.
function exitOnMisuse(command: Command): void {
  command.exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  command.commands.forEach(exitOnMisuse);
}
exitOnMisuse(program);

try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.stderr.write(`ftm: ${saidOf(error)}\n`);
  process.exitCode = 2;
}
