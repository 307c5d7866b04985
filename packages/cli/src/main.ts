#!/usr/bin/env node
import type { Command } from 'commander';
import process from 'node:process';
import { saidOf } from './cannot-run.ts';
import { createProgram } from './program.ts';
import { printable } from '@ftm/report/printable';

const program = await createProgram(process.argv[2]);

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
  process.stderr.write(`ftm: ${printable(saidOf(error))}\n`);
  process.exitCode = 2;
}
