import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';

const TIMEOUT_MS = 600_000;

/** A Python that has the libraries: `FTM_BENCH_PYTHON`, or a new virtual environment that they are installed in. */
export async function pythonWith(libraries: readonly string[], dir: string): Promise<string> {
  const given = process.env['FTM_BENCH_PYTHON'];
  if (given !== undefined) return given;
  await runPython('python3', ['-m', 'venv', dir]);
  const python = join(dir, 'bin', 'python');
  await runPython(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...libraries]);
  return python;
}

/** @throws Error with what the command said when it fails, is missing or takes too long */
export async function runPython(command: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(command, args, { stdio: 'pipe', timeout: TIMEOUT_MS });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // A command that ends early closes its input: its exit code says so.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [said, complained, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(complained.trim() || `${command} ended with ${String(code)}`);
  return said;
}

/** In a line, for the table: why a peer was skipped. */
export function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return reason.trim().split('\n').at(-1) ?? '';
}
