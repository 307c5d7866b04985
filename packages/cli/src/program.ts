import { Command } from 'commander';

/** Each is loaded when it is wanted: the Kafka client and the tokenizer's tables take longer to load than many a command takes to run. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  audit: async () => (await import('./audit/commands.ts')).auditCommand(),
  costs: async () => (await import('./costs/command.ts')).costsCommand(),
  datasets: async () => (await import('./datasets/commands.ts')).datasetsCommand(),
  dlq: async () => (await import('./dlq.ts')).dlqCommand(),
  'ft-jobs': async () => (await import('./ft-jobs/commands.ts')).ftJobsCommand(),
  keys: async () => (await import('./keys/command.ts')).keysCommand(),
  pack: async () => (await import('./pack.ts')).packCommand(),
  prepare: async () => (await import('./prepare/command.ts')).prepareCommand(),
  projections: async () => (await import('./projections.ts')).projectionsCommand(),
  snapshot: async () => (await import('./snapshot.ts')).snapshotCommand(),
  tail: async () => (await import('./tail.ts')).tailCommand(),
};

/**
 * The command line: every command, every option, and the variable that an option may come from.
 * @param named the only command that is wanted; what is none gives all of them
 */
export async function createProgram(named?: string): Promise<Command> {
  const wanted =
    named !== undefined && Object.hasOwn(COMMANDS, named) ? [COMMANDS[named]] : Object.values(COMMANDS);
  const program = new Command('ftm')
    .description('FTM, the Fine-Tuning Manager, on the command line')
    .showHelpAfterError('(--help says more)');
  for (const load of wanted) if (load !== undefined) program.addCommand(await load());
  return program;
}
