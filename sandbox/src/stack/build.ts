import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

const ROOT = join(import.meta.dirname, '../../..');
/** What is run as a process, with all that it imports. */
const PROJECTS = [
  'services/command-api',
  'services/projector',
  'services/runners',
  'packages/cli',
  'sandbox',
];

/** The source does not compile; the message is the compiler's. Nothing was started then. */
export class BuildError extends Error {
  constructor(output: string) {
    super(`the source does not compile, so nothing was started:\n${output.trim()}`);
    this.name = 'BuildError';
  }
}

let building: Promise<void> | undefined;

/**
 * Compiles what has changed into `dist`, from where services, simulators and `ftm` are run as in production. Under a second when nothing has; once a process.
 * `FTM_BUILT=1` says that whoever started this process has done it.
 * @throws BuildError
 */
export function build(): Promise<void> {
  return (building ??= process.env['FTM_BUILT'] === '1' ? Promise.resolve() : compile());
}

async function compile(): Promise<void> {
  const child = spawn(process.execPath, ['node_modules/typescript/bin/tsc', '-b', ...PROJECTS], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new BuildError(output);
}
