import type { Command } from 'commander';
import { CannotRun } from './cannot-run.ts';

export interface NoteOptions {
  readonly description?: string;
  readonly meta: Readonly<Record<string, string>>;
}

/** What people note about what they make. */
export const noteOptions = (command: Command): Command =>
  command
    .option('--description <text>', 'what it is for')
    .option('--meta <key=value>', 'a note of your own; may be repeated, up to 16', pair, {});

export const notesOf = ({ description, meta }: NoteOptions) => ({
  description,
  metadata: Object.keys(meta).length === 0 ? undefined : meta,
});

function pair(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new CannotRun(`--meta is a key and a value, such as team=support, not ${text}`);
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
