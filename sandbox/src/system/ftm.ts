import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

const ROOT = join(import.meta.dirname, '../../..');

/** Runs `ftm` as an operator would. @returns what it prints. @throws Error with all that it said when it fails */
export function ftm(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [join(ROOT, 'packages/cli/dist/main.js'), ...args],
      { env: { ...process.env, ...env }, maxBuffer: 16_000_000 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`\`ftm ${args.slice(0, 2).join(' ')}\` failed:\n${stdout}${stderr}`));
      },
    );
  });
}
