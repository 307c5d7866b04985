#!/usr/bin/env node
import { Command } from 'commander';
import process from 'node:process';
import { auditCommand } from './audit/commands.ts';
import { costsCommand } from './costs/command.ts';
import { datasetsCommand } from './datasets/commands.ts';
import { dlqCommand } from './dlq.ts';
import { packCommand } from './pack.ts';
import { projectionsCommand } from './projections.ts';
import { snapshotCommand } from './snapshot.ts';
import { tailCommand } from './tail.ts';
import { CannotRun } from './cannot-run.ts';

const program = new Command('ftm')
  .description('FTM, the Fine-Tuning Manager, on the command line')
  .showHelpAfterError('(--help says more)')
  .addCommand(auditCommand())
  .addCommand(costsCommand())
  .addCommand(datasetsCommand())
  .addCommand(dlqCommand())
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
  // What the caller can mend is one line; anything else is a defect, and shows where it is.
  const known = error instanceof CannotRun || (error instanceof Error && 'code' in error);
  process.stderr.write(
    `ftm: ${known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 2;
}
