import { readFile, rename, writeFile } from 'node:fs/promises';
import { CannotRun } from '../cannot-run.ts';
import type { VerifyState } from './verify.ts';

const FORMAT = 'ftm-audit-verify-2';

/** Undefined where there is no file yet. @throws CannotRun when it is no state of a verification of this source */
export async function readState(file: string, source: string): Promise<VerifyState | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CannotRun(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    const { format, ...state } = JSON.parse(text) as VerifyState & { readonly format: string };
    if (format === FORMAT && state.source === source) return state;
  } catch {
    // Falls through to the refusal.
  }
  throw new CannotRun(
    `${file} is no state of a verification of ${source}: name another file, or delete it to begin anew`,
  );
}

export async function writeState(file: string, state: VerifyState): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify({ format: FORMAT, ...state }));
  await rename(`${file}.new`, file);
}
