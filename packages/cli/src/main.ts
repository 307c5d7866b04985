#!/usr/bin/env node
import { Command } from 'commander';
import process from 'node:process';
import { auditCommand } from './audit/commands.ts';
import { dlqCommand } from './dlq.ts';
import { packCommand } from './pack.ts';
import { projectionsCommand } from './projections.ts';
import { tailCommand } from './tail.ts';
import { CannotRun } from './cannot-run.ts';

const program = new Command('ftm')
  .description('FTM, the Fine-Tuning Manager, on the command line')
  .showHelpAfterError('(--help says more)')
  .addCommand(auditCommand())
  .addCommand(dlqCommand())
  .addCommand(packCommand())
  .addCommand(projectionsCommand())
  .addCommand(tailCommand());

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
