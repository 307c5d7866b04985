import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import process from 'node:process';

export const ENTRY = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Runs `ftm` as a process of its own. */
export function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [ENTRY, ...args],
      { env: { ...process.env, ...env }, maxBuffer: 64_000_000, timeout: 120_000 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      },
    );
  });
}
