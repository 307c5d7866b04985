import { Command, Option } from 'commander';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createNoteSigner, generateNoteKey } from '@ftm/audit/signed-note';
import { createLocalKeyProvider } from '@ftm/object-store/local-key-provider';
import { CannotRun } from '../cannot-run.ts';
import { say } from '../output.ts';

interface NewOptions {
  readonly ifMissing?: boolean;
}

/** What is lost with an overwritten key is lost for ever, so no option of these commands overwrites. */
export function newCommand(): Command {
  return new Command('new')
    .description('make a key in a file of its own, readable by its owner alone; an existing file is refused')
    .addCommand(encryptionCommand())
    .addCommand(signingCommand());
}

const ifMissing = () => new Option('--if-missing', 'leave a file that exists as it is: exit code 0');

function encryptionCommand(): Command {
  return new Command('encryption')
    .description('a key-encryption key for FTM_KEY_FILE; its id is printed')
    .argument('<file>', 'where it goes')
    .addOption(ifMissing())
    .action(async (file: string, options: NewOptions) => {
      await write(file, randomBytes(32).toString('base64'), options);
      say((await createLocalKeyProvider(file)).keyId);
    });
}

function signingCommand(): Command {
  return new Command('signing')
    .description('a key for FTM_AUDIT_KEY_FILE, which signs checkpoints; the public key is printed')
    .argument('<file>', 'where the private key goes')
    .addOption(new Option('--name <name>', 'what the key is called, e.g. ftm.example.org').default('ftm'))
    .addOption(ifMissing())
    .action(async (file: string, options: NewOptions & { readonly name: string }) => {
      await write(file, generateNoteKey(options.name).signerKey, options);
      for (const line of (await readFile(file, 'utf8')).trim().split(/\s*\n\s*/))
        say(createNoteSigner(line).verifierKey);
    });
}

async function write(file: string, key: string, { ifMissing = false }: NewOptions): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(`${key}\n`);
      // A key that is used and then lost by a crash of the machine takes all it has wrapped with it.
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!exists) throw error;
    if (!ifMissing) throw new CannotRun(`${file} exists, and a key is never overwritten: name another file`);
  }
}
