import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNoteSigner, createNoteVerifier, openNote, signNote } from '@ftm/audit/signed-note';
import { createLocalKeyProvider } from '@ftm/object-store/local-key-provider';
import { runCli } from '../testing/run-cli.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ftm-keys-'));
});
afterEach(() => rm(dir, { recursive: true }));

const make = (...args: string[]) => runCli(['keys', 'new', ...args], {});
const modeOf = async (file: string): Promise<number> => (await stat(file)).mode & 0o777;

describe('ftm keys new', () => {
  it('makes a key-encryption key that services take, readable by its owner alone', async () => {
    const file = join(dir, 'below', 'key');
    const { code, stdout } = await make('encryption', file);
    expect(code).toBe(0);
    expect(await modeOf(file)).toBe(0o600);
    expect((await createLocalKeyProvider(file)).keyId).toBe(stdout.trim());
  });

  it('makes a key whose signature the public key that it prints finds good', async () => {
    const file = join(dir, 'key');
    const { code, stdout } = await make('signing', file, '--name', 'ftm.example.org');
    expect(code).toBe(0);
    expect(await modeOf(file)).toBe(0o600);
    const note = signNote('a checkpoint\n', [createNoteSigner((await readFile(file, 'utf8')).trim())]);
    expect(openNote(note, [createNoteVerifier(stdout.trim())])).toMatchObject({ text: 'a checkpoint\n' });
    expect(stdout).toMatch(/^ftm\.example\.org\+/);
  });

  it.each(['encryption', 'signing'])('overwrites no file: %s', async (kind) => {
    const file = join(dir, 'key');
    await writeFile(file, 'what was here');
    const { code, stderr } = await make(kind, file);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `ftm: ${file} exists, and a key is never overwritten: name another file\n`,
    });
    expect(await readFile(file, 'utf8')).toBe('what was here');
  });

  it.each(['encryption', 'signing'])('leaves a key that is there, where it is told to: %s', async (kind) => {
    const file = join(dir, 'key');
    const first = await make(kind, file, '--if-missing');
    const bytes = await readFile(file, 'utf8');
    const second = await make(kind, file, '--if-missing');
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(second.stdout).toBe(first.stdout);
    expect(await readFile(file, 'utf8')).toBe(bytes);
  });

  it('says in one line why a file cannot be made', async () => {
    await writeFile(join(dir, 'file'), '');
    const { code, stderr } = await make('encryption', join(dir, 'file', 'key'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^ftm: E.*\n$/);
  });
});
